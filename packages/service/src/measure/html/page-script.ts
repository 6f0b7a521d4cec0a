/**
 * All that the page does by itself, and it is whole without it: reading values off a plot with pointer or arrow keys, and sorting tables.
 * Text goes in by textContent only. It stands here as text because it runs in the reader's browser, under the page's own policy.
 */
export const PAGE_SCRIPT = `
"use strict";
const time = (ms, spanMs) => { const iso = new Date(ms).toISOString(); return spanMs > 86400000 ? iso.slice(0, 16).replace("T", " ") : iso.slice(11, 19); };
const duration = (ms) => ms === null ? "–" : ms < 1000 ? Number(ms.toPrecision(3)) + " ms" : Number((ms / 1000).toPrecision(3)) + " s";
const readers = {
  latency(figure) {
    const points = new Map(JSON.parse(figure.dataset.points).map((point) => [point[0], point]));
    return (bucket) => {
      const point = points.get(bucket);
      if (!point) return "no attempt ended";
      const [, attempts, failed, p50, p95, p99] = point;
      return "p50 " + duration(p50) + ", p95 " + duration(p95) + ", p99 " + duration(p99) + ", " + attempts + " attempts, " + failed + " failed";
    };
  },
  raster(figure) {
    const total = JSON.parse(figure.dataset.total);
    const rows = JSON.parse(figure.dataset.rows);
    const top = Number(figure.dataset.top), height = Number(figure.dataset.height);
    return (bucket, y) => {
      const row = rows[Math.floor((y - top) / height * rows.length)];
      const retries = total[bucket] || 0;
      return retries + (retries === 1 ? " retry" : " retries") + " by all" + (row === undefined ? "" : ", row of " + row);
    };
  },
};
for (const figure of document.querySelectorAll("[data-plot]")) {
  const svg = figure.querySelector("svg"), cursor = svg.querySelector(".cursor");
  const from = Number(figure.dataset.from), step = Number(figure.dataset.step), buckets = Number(figure.dataset.buckets);
  if (!(buckets > 0)) continue;
  const read = readers[figure.dataset.plot](figure);
  const output = document.createElement("output");
  output.setAttribute("aria-live", "off");
  figure.append(output);
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: buckets - 1, value: 0 });
  slider.setAttribute("aria-label", "Time in the plot of " + figure.querySelector("h3").textContent);
  figure.append(slider);
  const show = (bucket, y) => {
    const x = (bucket + 0.5) / buckets * 100 + "%";
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    figure.classList.add("read");
    output.textContent = time(from + bucket * step, step * buckets) + ": " + read(bucket, y);
    slider.value = bucket;
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  const hide = () => { figure.classList.remove("read"); output.textContent = ""; };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    show(Math.min(buckets - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * buckets))), event.clientY - box.top);
  });
  svg.addEventListener("pointerleave", hide);
  slider.addEventListener("input", () => show(Number(slider.value)));
  slider.addEventListener("focus", () => show(Number(slider.value)));
  slider.addEventListener("blur", hide);
}
const valueOf = (cell) => cell === undefined ? "" : cell.dataset.v === undefined ? cell.textContent : cell.dataset.v === "" ? -Infinity : Number(cell.dataset.v);
const isLess = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const at = head.cellIndex;
      const isFirst = head.getAttribute("aria-sort") === null;
      const isDescending = isFirst ? head.classList.contains("number") : head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      const sign = isDescending ? -1 : 1;
      body.append(...[...body.rows].sort((a, b) => sign * isLess(valueOf(a.cells[at]), valueOf(b.cells[at]))));
    });
  }
}
`;
