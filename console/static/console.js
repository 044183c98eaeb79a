// What the pages need beyond htmx: charts that survive a refresh of the fragment around them, and buttons
// that cannot be pressed twice. Charts draw inside a shadow root, so morphing the page never touches a canvas.
(() => {
  "use strict";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const series = () => [1, 2, 3, 4, 5].map((n) => colour(`--series-${n}`));
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  if (window.Chart) Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

  function common(data) {
    return {
      maintainAspectRatio: false,
      responsive: true,
      animation: still ? false : { duration: 400 },
      locale: document.documentElement.lang,
      color: colour("--ink-soft"),
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: {
          display: data.series !== undefined && data.series.length > 1,
          position: "bottom",
          align: "start",
          labels: { boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 2, padding: 16, color: colour("--ink-soft"), sort: (a, b) => a.datasetIndex - b.datasetIndex },
        },
        tooltip: { backgroundColor: colour("--ink"), titleColor: colour("--paper"), bodyColor: colour("--paper"), padding: 10, cornerRadius: 6, boxPadding: 4 },
      },
    };
  }

  const ticks = () => ({ color: colour("--ink-soft"), maxRotation: 0, autoSkipPadding: 12 });

  // Whole numbers a day, stacked, each series in its own colour; `line: true` draws one as a line, on the right axis.
  function days(data) {
    const colours = series();
    return {
      type: "bar",
      data: {
        labels: data.labels,
        datasets: data.series.map((one, n) => ({
          label: one.name,
          data: one.values,
          type: one.line ? "line" : "bar",
          order: one.line ? 0 : 1,
          stack: one.line ? "line" : "all",
          yAxisID: one.line ? "line" : "y",
          backgroundColor: colours[n],
          borderColor: colours[n],
          borderWidth: one.line ? 2 : 0,
          borderRadius: 2,
          pointRadius: one.line ? 2.5 : 0,
          tension: 0.25,
          maxBarThickness: 36,
        })),
      },
      options: {
        ...common(data),
        scales: {
          x: { stacked: true, grid: { display: false }, border: { color: colour("--rule-strong") }, ticks: ticks() },
          y: { stacked: true, beginAtZero: true, grid: { color: colour("--rule") }, border: { display: false }, ticks: { ...ticks(), precision: 0, maxTicksLimit: 6 } },
          ...(data.series.some((one) => one.line) && { line: { position: "right", beginAtZero: true, grid: { display: false }, border: { display: false }, ticks: { ...ticks(), color: colours[data.series.findIndex((one) => one.line)], precision: 0, maxTicksLimit: 6 } } }),
        },
      },
    };
  }

  // Estimates with their intervals: a bar from low to high with caps, a dot on the estimate, a firm line at zero.
  const whiskers = {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const { ctx, scales, data } = chart;
      const rows = data.datasets[0].rows;
      const zero = scales.x.getPixelForValue(0);
      ctx.save();
      ctx.strokeStyle = colour("--rule-strong");
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(zero, chart.chartArea.top);
      ctx.lineTo(zero, chart.chartArea.bottom);
      ctx.stroke();
      ctx.setLineDash([]);
      rows.forEach((row, n) => {
        const y = scales.y.getPixelForValue(n);
        const at = (value) => scales.x.getPixelForValue(value);
        const ink = row.tone === "rest" ? colour("--series-rest") : colour(row.tone === "two" ? "--series-2" : "--series-1");
        ctx.strokeStyle = ctx.fillStyle = ink;
        ctx.lineWidth = 3;
        ctx.lineCap = "round";
        ctx.beginPath();
        ctx.moveTo(at(row.low), y);
        ctx.lineTo(at(row.high), y);
        for (const end of [row.low, row.high]) {
          ctx.moveTo(at(end), y - 7);
          ctx.lineTo(at(end), y + 7);
        }
        ctx.stroke();
        ctx.beginPath();
        ctx.arc(at(row.value), y, 6, 0, 2 * Math.PI);
        ctx.fill();
        ctx.lineWidth = 2;
        ctx.strokeStyle = colour("--sheet");
        ctx.stroke();
      });
      ctx.restore();
    },
  };

  function intervals(data) {
    const options = common({});
    options.plugins.tooltip.displayColors = false;
    options.plugins.tooltip.callbacks = { label: (item) => data.rows[item.dataIndex].text };
    return {
      type: "bar",
      plugins: [whiskers],
      data: {
        labels: data.rows.map((row) => row.name),
        datasets: [{ data: data.rows.map((row) => [row.low, row.high]), rows: data.rows, backgroundColor: "transparent", barThickness: 18 }],
      },
      options: {
        ...options,
        indexAxis: "y",
        scales: {
          x: {
            suggestedMin: 0,
            grid: { color: colour("--rule") },
            border: { display: false },
            ticks: { ...ticks(), callback: (value) => new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 }).format(value) },
          },
          y: { grid: { display: false }, border: { display: false }, ticks: { color: colour("--ink"), font: { size: 13 } } },
        },
      },
    };
  }

  const kinds = { days, intervals };

  class KeeplineChart extends HTMLElement {
    static observedAttributes = ["data-chart"];

    connectedCallback() {
      if (!this.shadowRoot) {
        const frame = document.createElement("div");
        frame.style.position = "relative";
        frame.style.height = "100%";
        frame.append(document.createElement("canvas"));
        this.attachShadow({ mode: "open" }).append(frame);
      }
      this.draw();
      this.repaint = () => setTimeout(() => this.draw());
      window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.repaint);
    }

    disconnectedCallback() {
      window.matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.repaint);
      this.chart?.destroy();
      this.chart = undefined;
    }

    attributeChangedCallback(_name, before, after) {
      if (this.chart && before !== after) this.draw();
    }

    draw() {
      const wanted = kinds[this.dataset.kind](JSON.parse(this.dataset.chart));
      if (this.chart) {
        this.chart.data = wanted.data;
        this.chart.options = wanted.options;
        this.chart.update();
      } else {
        this.chart = new Chart(this.shadowRoot.querySelector("canvas"), wanted);
      }
    }
  }
  if (window.Chart) customElements.define("kl-chart", KeeplineChart);

  // A form goes once; coming back with the browser's button makes it usable again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "again" in form.dataset) return; // a download leaves the page as it is
    if (form.dataset.going) {
      event.preventDefault();
      return;
    }
    form.dataset.going = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-going]")) delete form.dataset.going;
  });

  // A filter applies when it is chosen; the button beside it is for browsers without scripts.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-applies]")) event.target.form.requestSubmit();
  });
})();
