// One cursor over all plots: what happened at one second is read off everywhere at once.
const figures = [...document.querySelectorAll(".plot")].map((figure) => ({
  svg: figure.querySelector("svg"),
  cursor: figure.querySelector(".cursor"),
  outputs: figure.querySelectorAll("output"),
  lines: JSON.parse(figure.dataset.lines),
}));

function show(second) {
  const { left, width, seconds } = PLOT_AREA;
  const x = left + ((second + 0.5) / seconds) * width;
  for (const { cursor, outputs, lines } of figures) {
    cursor.style.visibility = "visible";
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    for (const [index, output] of outputs.entries())
      output.textContent = lines[index][second] ?? "";
  }
}

function hide() {
  for (const { cursor, outputs } of figures) {
    cursor.style.visibility = "hidden";
    for (const output of outputs) output.textContent = "";
  }
}

for (const { svg } of figures) {
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const inView = ((event.clientX - box.left) / box.width) * PLOT_AREA.viewWidth - PLOT_AREA.left;
    const second = Math.floor((inView / PLOT_AREA.width) * PLOT_AREA.seconds);
    if (second >= 0 && second < PLOT_AREA.seconds) show(second);
  });
  svg.addEventListener("pointerleave", hide);
}
