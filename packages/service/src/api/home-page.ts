export const HOME_STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#15202b, #e8edf2); --soft: light-dark(#5b6b7a, #93a1b0);
  --paper: light-dark(#fbfaf7, #101418); --line: light-dark(#e2dfd8, #263038); --signal: light-dark(#0b6e4f, #4cc38a);
  --stop: light-dark(#b3261e, #ff8a80); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.6 ui-sans-serif, system-ui, sans-serif; }
main { width: min(40rem, 100%); }
h1 { margin: 0; font-size: 2.5rem; letter-spacing: -0.03em; font-weight: 650; }
p { margin: 0.25rem 0 2rem; color: var(--soft); }
.line { position: relative; height: 1px; background: var(--line); margin: 2rem 0; }
.line i { position: absolute; top: -4px; width: 9px; height: 9px; border-radius: 50%; background: var(--signal); }
.line i:nth-child(1) { left: 0; } .line i:nth-child(2) { left: 33.3%; } .line i:nth-child(3) { left: 66.6%; }
.line i:nth-child(4) { right: 0; }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; margin: 0 0 2rem; }
dt { color: var(--soft); font-size: 0.875rem; }
dd { margin: 0; font-size: 2rem; font-variant-numeric: tabular-nums; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; display: grid; }
a { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; padding: 0.6rem 0; border-top: 1px solid var(--line);
  color: inherit; text-decoration: none; }
a:hover code, a:focus-visible code { color: var(--signal); }
a span { color: var(--soft); }
code { font: 0.9375rem ui-monospace, monospace; }
output { display: block; min-height: 1.6em; color: var(--soft); font-size: 0.875rem; margin-top: 1.5rem; }
output[data-state="stop"] { color: var(--stop); }
`;

export const HOME_SCRIPT = `
const show = (id, text) => { document.getElementById(id).textContent = text; };
const say = (text, state) => { const said = document.getElementById("said"); said.textContent = text; said.dataset.state = state; };
const ask = async (path) => {
  const response = await fetch(path);
  if (response.status === 401) throw new Error("This service asks for a token: use the API with one.");
  if (!response.ok) throw new Error("The service answered " + response.status + ".");
  return response.json();
};
const count = ({ items, next }) => next === null ? String(items.length) : items.length + "+";
const look = async () => {
  try {
    const [dependencies, detections, { decisions }] = await Promise.all([
      ask("/v1/dependencies?limit=1000"), ask("/v1/detections?state=firing&limit=1000"), ask("/v1/decisions")]);
    show("dependencies", count(dependencies));
    show("detections", count(detections));
    show("decisions", String(decisions.length));
    say(dependencies.items.length === 0 ? "Nothing has been reported yet." : "Live.", "go");
  } catch (error) { say(error instanceof TypeError ? "The service does not answer." : error.message, "stop"); }
};
look();
setInterval(look, 2000);
`;

export const HOME_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headway</title>
<style>${HOME_STYLE}</style>
</head>
<body>
<main>
<h1>Headway</h1>
<p>The agents stay as they are; the spacing around them changes.</p>
<div class="line" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
<dl>
<div><dt>Dependencies</dt><dd id="dependencies">–</dd></div>
<div><dt>Firing</dt><dd id="detections">–</dd></div>
<div><dt>Decisions</dt><dd id="decisions">–</dd></div>
</dl>
<nav aria-label="API"><ul>
<li><a href="/v1/dependencies"><code>/v1/dependencies</code><span>what agents call, and how it does</span></a></li>
<li><a href="/v1/detections"><code>/v1/detections</code><span>what is wrong, with evidence</span></a></li>
<li><a href="/v1/decisions"><code>/v1/decisions</code><span>what agents are asked to do</span></a></li>
<li><a href="/v1/graph"><code>/v1/graph</code><span>who calls what</span></a></li>
<li><a href="/v1/audit"><code>/v1/audit</code><span>what was done, by whom</span></a></li>
<li><a href="/metrics"><code>/metrics</code><span>the service itself, for Prometheus</span></a></li>
<li><a href="/openapi.json"><code>/openapi.json</code><span>the whole API</span></a></li>
</ul></nav>
<output id="said" aria-live="polite"></output>
</main>
<script>${HOME_SCRIPT}</script>
</body>
</html>
`;
