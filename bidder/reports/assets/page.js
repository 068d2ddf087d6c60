(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("chart-data").textContent);
  var narrow = window.innerWidth < 640;
  var config = data.config;
  if (narrow) {
    config.axis.labelLimit = 126;
    config.axis.labelFontSize = 10.5;
  }
  var drawn = [];
  var pending = data.charts.map(function (entry) {
    var place = document.getElementById(entry.id);
    return vegaEmbed(place, entry.spec, {
      mode: "vega-lite", actions: false, renderer: "svg", config: config, tooltip: { theme: "report" }
    }).then(function (result) {
      drawn.push({ place: place, view: result.view });
    }).catch(function (problem) {
      place.textContent = String(problem);
      place.className += " failed";
    });
  });
  Promise.all(pending).then(function () {
    document.documentElement.setAttribute("data-charts", "ready");
  });
  // Charts are drawn anew at the width of a sheet, so that their lettering keeps its size on paper.
  function redraw() {
    drawn.forEach(function (d) { d.view.signal("width", d.place.clientWidth).run(); });
  }
  window.addEventListener("beforeprint", function () {
    document.documentElement.classList.add("printing");
    redraw();
  });
  window.addEventListener("afterprint", function () {
    document.documentElement.classList.remove("printing");
    redraw();
  });
  var button = document.getElementById("all-tables");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      button.textContent = button.getAttribute(open ? "data-close" : "data-open");
      Array.prototype.forEach.call(document.querySelectorAll("details.values"), function (d) { d.open = open; });
    });
  }
})();
