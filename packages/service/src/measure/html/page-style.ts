/** Warm paper, one signal green, one stop red; red and green always come with a word or a shape. Fonts are the reader's own. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #101418);
  --raised: light-dark(#ffffff, #171c22);
  --ink: light-dark(#15202b, #e8edf2);
  --soft: light-dark(#56646f, #9ba8b6);
  --line: light-dark(#e2dfd8, #2a343d);
  --signal: light-dark(#0b6e4f, #4cc38a);
  --stop: light-dark(#b3261e, #ff8a80);
  --stop-wash: light-dark(#b3261e17, #ff8a801f);
  --stop-mid: light-dark(#dc9a93, #8f4f4b);
  --signal-mid: light-dark(#8dbcaa, #2c6a4d);
  --other: light-dark(#84919b, #6f7c88);
  --other-mid: light-dark(#d3d8dc, #3a444d);
  --band: light-dark(#15202b24, #e8edf22b);
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", Georgia, "Noto Serif", "DejaVu Serif", serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Roboto Mono", "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; margin: 0; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
header, main, footer { max-width: 1200px; margin: 0 auto; padding: 0 clamp(16px, 3vw, 32px); }
code { font-family: var(--mono); font-size: 0.92em; unicode-bidi: isolate; }
:focus-visible { outline: 2px solid var(--signal); outline-offset: 2px; }
.patterns { position: absolute; }
.hatch-ground.waste { fill: var(--stop-mid); }
.hatch-line.waste { fill: var(--stop); }
.hatch-ground.other { fill: var(--other-mid); }
.hatch-line.other { fill: var(--other); }
.hatch-ground.useful { fill: var(--signal-mid); }
.hatch-line.useful { fill: var(--signal); }

header { display: flex; flex-wrap: wrap; gap: 2px 20px; align-items: baseline; padding-top: 18px; padding-bottom: 10px; font-size: 13.5px; color: var(--soft); }
header .mark { color: var(--ink); font-size: 15px; }
header .mark b { color: var(--signal); }
header nav { display: flex; flex-wrap: wrap; gap: 0 18px; margin-left: auto; }
header nav a { color: var(--ink); text-underline-offset: 4px; text-decoration-color: var(--line); padding: 4px 0; }
header nav a:hover { text-decoration-color: var(--signal); }

.headline { border-top: 1px solid var(--line); padding-top: 26px; }
h1 { font: 500 clamp(27px, 3.5vw, 44px)/1.14 var(--serif); letter-spacing: -0.018em; max-width: 27em; text-wrap: balance; }
h1 em { font-style: normal; color: var(--stop); }
h1 em.good { color: var(--signal); }
.sureness { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 26px; margin: 16px 0 18px; color: var(--soft); font-size: 14px; }
.sureness b { color: var(--ink); font-size: 15px; }
.badge { white-space: nowrap; font-size: 12.5px; color: var(--soft); }
.badge::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 6px; border: 1.5px solid currentColor; border-radius: 50%;
  print-color-adjust: exact; }
.badge.confirmed::before { background: currentColor; }
.badge.likely::before { background: linear-gradient(90deg, currentColor 50%, transparent 50%); }

.bar { display: block; border-radius: 4px; print-color-adjust: exact; }
rect.waste.confirmed { fill: var(--stop); }
rect.waste.likely { fill: url(#hatch-waste); }
rect.other.confirmed { fill: var(--other); }
rect.other.likely { fill: url(#hatch-other); }
rect.useful { fill: var(--signal); }
rect.useful.likely { fill: url(#hatch-useful); }
rect.server { fill: none; stroke: var(--stop); stroke-dasharray: 3 3; }
.where .bar rect { stroke: var(--paper); stroke-width: 1.5; }
.legend { list-style: none; padding: 0; margin-top: 8px; display: flex; flex-wrap: wrap; gap: 2px 20px; font-size: 13px; color: var(--soft); }
.legend b { color: var(--ink); }
.swatch { margin-right: 6px; vertical-align: -1px; }

section { padding-top: 60px; }
section.headline, section.findings { padding-top: 26px; }
section > h2 { font: 500 28px/1.2 var(--serif); letter-spacing: -0.012em; }
h3 { font-size: 15px; font-weight: 650; }
h4 { font-size: 14px; }
.lead { max-width: 74ch; margin-top: 6px; color: var(--soft); }
.lead b { color: var(--ink); }
.note { color: var(--soft); font-size: 13px; }

.findings { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 16px 40px; align-items: start; }
.kicker { font-size: 12.5px; color: var(--soft); }
.findings .bad .kicker::before, .findings .good .kicker::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 8px; border-radius: 50%;
  background: var(--stop); print-color-adjust: exact; }
.findings .good .kicker::before { background: var(--signal); }
.first { background: var(--raised); border: 1px solid var(--line); border-left: 4px solid var(--stop); border-radius: 4px 10px 10px 4px; padding: 18px 22px; }
.first.good { border-left-color: var(--signal); }
.first h2 { font: 500 21px/1.32 var(--serif); margin: 6px 0 10px; text-wrap: pretty; }
.first .advice { margin-bottom: 10px; }
.evidence { display: block; margin-top: 12px; }
.facts { color: var(--soft); font-size: 13px; }
.facts b { color: var(--ink); }
.facts .badge { margin-left: 6px; }
.facts .badge:first-child { margin-left: 0; }
summary { cursor: pointer; font-size: 14px; color: var(--soft); padding: 8px 0; border-top: 1px solid var(--line); }
.rest { list-style: none; padding: 0; display: grid; }
.rest li { padding: 9px 0; border-top: 1px solid var(--line); font-size: 14px; line-height: 1.42; }
.rest li:first-child { border-top: 0; padding-top: 0; }
.rest .advice { color: var(--soft); }

figure { margin: 22px 0 0; position: relative; }
figcaption { margin-bottom: 8px; }
figcaption p { color: var(--soft); font-size: 13px; min-height: 1.5em; }
.plot > svg, .plot .scroll > svg { display: block; overflow: visible; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 4px 36px; }
svg text { fill: var(--soft); font-size: 11.5px; }
.axis, .tick { stroke: var(--soft); stroke-opacity: 0.55; }
.grid { stroke: var(--line); }
text.level, text.row-name { fill: var(--soft); stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
text.row-name { font-family: var(--mono); font-size: 10.5px; }
.cursor { stroke: var(--ink); stroke-width: 1; visibility: hidden; pointer-events: none; }
.read .cursor { visibility: visible; }
.plot output { position: absolute; right: 0; top: 0; font-size: 13px; background: var(--paper); padding-left: 10px; }
.plot input { position: absolute; left: 0; bottom: 14px; width: 100%; margin: 0; opacity: 0; pointer-events: none; accent-color: var(--signal); }
.plot input:focus-visible { opacity: 1; }

.burst { fill: var(--stop-wash); }
text.rank { fill: var(--stop); font-weight: 600; }
.sum.lone { fill: var(--soft); }
.sum.correlated { fill: var(--stop); }
.dash { fill: none; stroke-width: 0.74; }
.dash.lone { stroke: var(--soft); }
.dash.correlated { stroke: var(--stop); }
.dash.level-1 { stroke-opacity: 0.55; }
.dash.level-2 { stroke-opacity: 0.78; }
.dash.lone.level-1 { stroke-opacity: 0.8; }

.drift { fill: var(--stop-wash); }
.drift-edge { fill: var(--stop); }
.band { fill: var(--band); }
.median, .tail-line { fill: none; stroke: var(--ink); vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.median { stroke-width: 2px; }
.median.single { stroke-width: 6px; }
.tail-line { stroke-width: 0.9px; stroke-opacity: 0.6; }
.failed { fill: var(--stop); }

.link { fill: none; stroke: var(--soft); stroke-opacity: 0.4; }
.link.retried { stroke: var(--stop); stroke-opacity: 1; }
.card rect { fill: var(--raised); stroke: var(--line); }
.card.workflow rect { stroke: var(--signal); }
.card-name { fill: var(--ink); font: 600 12px var(--mono); }
text.factor { font-size: 13px; font-weight: 650; fill: var(--ink); stroke: var(--paper); stroke-width: 4px; paint-order: stroke; stroke-linejoin: round; }
text.factor.loud, .loud { fill: var(--stop); color: var(--stop); }

.caption { margin-top: 26px; }
.tails { margin-top: 30px; }
.tail { margin-top: 16px; }
.tail-side { margin-top: 8px; }
.tail-when { font-size: 13px; color: var(--soft); margin-bottom: 3px; }
.tail .bar rect { stroke: var(--paper); }
.shade-0 { fill: light-dark(#2b3946, #d3dce5); }
.shade-1 { fill: light-dark(#5a6975, #a5b2bf); }
.shade-2 { fill: light-dark(#84919b, #7b8894); }
.shade-3 { fill: light-dark(#a9b3ba, #5b6772); }
.shade-4, .shade-5 { fill: light-dark(#c9cfd3, #434d56); }
.agent { fill: var(--signal); }

.costs { list-style: none; padding: 0; margin-top: 18px; }
.costs li { display: grid; grid-template-columns: minmax(0, 13em) minmax(0, 1fr) 12em; gap: 2px 18px; align-items: center; padding: 12px 0; border-top: 1px solid var(--line); }
.cost-name .badge { display: block; }
.cost-name strong { display: block; }
.cost-name strong::first-letter { text-transform: uppercase; }
.cost-name { grid-row: span 2; }
.cost-figures { text-align: right; white-space: nowrap; }
.cost-figures span { color: var(--soft); display: inline-block; min-width: 4.2em; }
.cost-facts { grid-column: 2 / -1; align-self: start; color: var(--soft); font-size: 13px; }

.scroll { overflow: auto; max-height: 33rem; margin-top: 4px; border-bottom: 1px solid var(--line); }
.tree .scroll { max-height: none; margin-top: 8px; border-bottom: 0; padding-bottom: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; overflow-wrap: normal; }
th, td { padding: 6px 9px; text-align: left; vertical-align: baseline; border-top: 1px solid var(--line); white-space: nowrap; }
th:first-child { padding-left: 0; }
tbody th { font-weight: 400; position: sticky; left: 0; background: var(--paper); }
th.number, td[data-v], tbody th[data-v] { text-align: right; }
th.number:first-child { text-align: left; }
thead th { position: sticky; top: 0; background: var(--paper); color: var(--soft); font-weight: 500; border-top: 0; vertical-align: bottom; white-space: normal; z-index: 1;
  box-shadow: inset 0 -1px var(--line); min-width: 4.2em; }
thead button { all: unset; cursor: pointer; border-radius: 2px; }
thead button:hover { color: var(--ink); }
thead button:focus-visible { outline: 2px solid var(--signal); }
th[aria-sort] button { color: var(--ink); }
th[aria-sort] button::after { content: " ↓"; }
th[aria-sort="ascending"] button::after { content: " ↑"; }
.words { display: block; white-space: normal; min-width: 17em; }

.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 20px 48px; margin: 12px 0 20px; }
.columns h3 { margin: 12px 0 6px; }
.meters { list-style: none; padding: 0; }
.meters li { padding: 6px 0; }
.meters .bar { background: var(--line); margin: 3px 0; }
.words-list { display: grid; grid-template-columns: 7.5em 1fr; gap: 4px 12px; }
.notes { padding-left: 1.2em; margin: 6px 0 10px; max-width: 84ch; }
footer { margin-top: 64px; padding-top: 18px; padding-bottom: 40px; color: var(--soft); font-size: 13px; }
footer p { border-top: 1px solid var(--line); padding-top: 14px; max-width: none; }

@media (max-width: 760px) {
  header nav { margin-left: 0; flex-basis: 100%; }
  .findings { grid-template-columns: minmax(0, 1fr); }
  .costs li { grid-template-columns: minmax(0, 1fr) auto; }
  .cost-bar { grid-column: 1 / -1; grid-row: 2; }
  .cost-facts { grid-column: 1 / -1; }
  text.minor { display: none; }
  tbody th { max-width: 42vw; overflow: hidden; text-overflow: ellipsis; }
  .cost-name { grid-row: auto; }
  .plot output { position: static; display: block; min-height: 3em; padding: 0; }
}
@page { margin: 12mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 11px; }
  header nav, .plot input, .plot output { display: none; }
  section { padding-top: 24px; break-inside: auto; }
  figure, .first, .rest li, .costs li, .tail, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { max-height: none; overflow: visible; }
  thead th, tbody th { position: static; }
  details::details-content { content-visibility: visible; }
  table { font-size: 8px; }
  th, td { padding: 2px 4px; white-space: normal; }
  td[data-v] { white-space: nowrap; }
  thead th, .words { min-width: 0; }
  th code, td code { overflow-wrap: anywhere; }
  .badge { white-space: normal; font-size: inherit; }
  .tree svg { max-width: 100%; height: auto; }
  .dash, .sum, .drift, .burst, .band, .link, rect { print-color-adjust: exact; }
}
`;
