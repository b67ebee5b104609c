// The page's own script: the theme, and the interactive loss curves, drawn by uPlot from the data in #data.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Theme: the system's until the reader chooses; the choice is kept where the browser lets a file keep one.
  const isDark = () => getComputedStyle(document.body).colorScheme === "dark" ||
    (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const remember = (theme) => { try { localStorage.setItem("kindling-theme", theme); } catch { /* not allowed here */ } };
  try { const kept = localStorage.getItem("kindling-theme"); if (kept) root.dataset.theme = kept; } catch { /* nor here */ }
  const themeButton = document.getElementById("theme");
  let redraw = () => {};
  const showTheme = () => { themeButton.textContent = isDark() ? "Light" : "Dark"; };
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    showTheme();
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { showTheme(); redraw(); });
  showTheme();
  addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));

  // Inside: a click on an arm hides or shows it, a double click shows it alone; the one pointed at stands out.
  const inside = all(".inside .arms button");
  const marks = (mark) => all(".inside svg [data-arm]").forEach((line) => mark(line, line.dataset.arm));
  const press = (button, shown) => {
    button.setAttribute("aria-pressed", shown);
    marks((line, arm) => { if (arm === button.dataset.arm) line.classList.toggle("off", !shown); });
  };
  for (const button of inside) {
    const stands = (out) => marks((line, arm) => line.classList.toggle("faded", out && arm !== button.dataset.arm));
    button.addEventListener("click", () => press(button, button.getAttribute("aria-pressed") !== "true"));
    button.addEventListener("dblclick", () => inside.forEach((other) => press(other, other === button)));
    for (const on of ["mouseenter", "focus"]) button.addEventListener(on, () => stands(true));
    for (const off of ["mouseleave", "blur"]) button.addEventListener(off, () => stands(false));
  }

  // Curves
  const data = JSON.parse(document.getElementById("data")?.textContent ?? "null");
  if (!data) return;
  const box = document.getElementById("chart");
  const arms = all(".interactive .arms button");
  const state = { range: "all", scale: data.scale, lines: "mean", shown: data.arms.map(() => true) };
  let chart = null;

  const colour = (variable) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${variable})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const fade = (rgb, alpha) => rgb.replace("rgb(", "rgba(").replace(")", `, ${alpha})`);
  const write = (value) => value == null ? "" : value === 0 ? "0"
    : Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3 ? value.toExponential(1).replace(".0", "").replace("+", "") : String(+value.toPrecision(3));

  // One entry a line: its values, its arm, and how it is drawn.
  const series = () => data.arms.flatMap((arm, i) => {
    const c = colour(`--arm-${arm.colour}`);
    const line = { arm: i, show: state.shown[i], stroke: c, dash: arm.dash ?? undefined, points: { show: false } };
    if (state.lines === "seeds") {
      return arm.seeds.map((values) => ({ ...line, values, stroke: fade(c, 0.75), width: 1.1 }));
    }
    const edge = { ...line, stroke: "transparent", dash: undefined, width: 0 };
    const band = arm.high ? [{ ...edge, values: arm.high }, { ...edge, values: arm.low, band: fade(c, 0.15) }] : [];
    return [...band, { ...line, values: arm.mean, width: 2.2 }];
  });

  function draw() {
    chart?.destroy();
    const end = state.range === "first" ? data.x.findLastIndex((x) => x < 100) + 1 : data.x.length;
    const lines = series();
    const means = data.arms.flatMap((arm, i) => state.shown[i] ? arm.mean.slice(0, end) : []).filter((y) => y > 0);
    const floor = means.length ? Math.min(...means) * 0.7 : 0.01;
    const log = state.scale === "log";
    const values = (ys) => ys.slice(0, end).map((y) => log && y !== null ? Math.max(y, floor) : y);
    const ink = colour("--soft");
    const axis = { stroke: ink, grid: { stroke: colour("--grid"), width: 1 }, ticks: { stroke: colour("--axis"), width: 1 },
      font: "13px system-ui, sans-serif", labelFont: "13px system-ui, sans-serif" };
    // Powers of ten are labelled; their double and fivefold too where there are few powers.
    const round = (u, ticks) => {
      const few = u.scales.y.max / u.scales.y.min < 150;
      return ticks.map((y) => (few ? /^[125]e/ : /^1e/).test(Number(y.toPrecision(6)).toExponential()) ? y : null);
    };
    // The range of what is on screen, with some air; losses begin at zero where they come near it.
    const fit = (u, low, high) => {
      if (low == null) return log ? [0.1, 10] : [0, 1];
      if (log) return [low * 0.9, Math.max(high * 1.1, low * 2)];
      const air = 0.06 * (high - low) || 0.5;
      return [low < 0.25 * high ? 0 : low - air, high + air];
    };
    const bands = lines.flatMap((line, i) => line.band ? [{ series: [i, i + 1], fill: line.band }] : []);
    chart = new uPlot({
      width: box.clientWidth, height: Math.max(300, Math.min(440, box.clientWidth * 0.62)), legend: { show: false },
      scales: { x: { time: false }, y: { distr: log ? 3 : 1, range: fit } },
      axes: [{ ...axis, label: "Batch", size: 32, labelSize: 24, space: 70 },
        { ...axis, label: "Loss", size: 66, labelSize: 26, values: (_, ticks) => ticks.map((y) => y === null ? null : write(y)),
          ...(log && { filter: round, grid: { ...axis.grid, filter: round }, ticks: { ...axis.ticks, filter: round } }) }],
      cursor: { y: false, drag: { x: true, y: false, setScale: true }, points: { show: state.lines === "mean", size: 7 } },
      hooks: { setCursor: [hover] },
      series: [{}, ...lines.map(({ show, stroke, dash, width, points }) => ({ show, stroke, dash, width, points }))],
      bands,
    }, [data.x.slice(0, end), ...lines.map((line) => values(line.values))], box);
    Object.assign(box.dataset, { scale: state.scale, lines: state.lines, range: state.range, shown: state.shown.filter(Boolean).length });
  }

  function hover(u) {
    const i = u.cursor.idx;
    document.getElementById("at").textContent = i == null ? "" : `Batch ${Math.round(data.x[i])}`;
    arms.forEach((button, arm) => { button.querySelector("output").textContent = i == null ? "" : write(data.arms[arm].mean[i]); });
  }

  for (const button of all(".choice button")) {
    button.addEventListener("click", () => {
      state[button.dataset.sets] = button.value;
      all(`.choice button[data-sets="${button.dataset.sets}"]`).forEach((b) => b.setAttribute("aria-pressed", b === button));
      draw();
    });
  }
  const show = (arm, shown) => { state.shown[arm] = shown; arms[arm].setAttribute("aria-pressed", shown); };
  arms.forEach((button, arm) => {
    button.addEventListener("click", () => { show(arm, !state.shown[arm]); draw(); });
    button.addEventListener("dblclick", () => { arms.forEach((_, other) => show(other, other === arm)); draw(); });
  });
  document.getElementById("reset").addEventListener("click", () => { arms.forEach((_, arm) => show(arm, true)); draw(); });
  redraw = draw;
  let width = 0;
  new ResizeObserver(() => { if (box.clientWidth !== width) { width = box.clientWidth; draw(); } }).observe(box);
})();
