(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("chart-data").textContent);
  var narrow = window.innerWidth < 640;
  var config = data.config;
  if (narrow) {
    config.axis.labelLimit = 104;
    config.axis.labelFontSize = 10.5;
  }
  var pending = data.charts.map(function (entry) {
    var place = document.getElementById(entry.id);
    return vegaEmbed(place, entry.spec, {
      mode: "vega-lite", actions: false, renderer: "svg", config: config, tooltip: { theme: "report" }
    }).catch(function (problem) {
      place.textContent = String(problem);
      place.className += " failed";
    });
  });
  Promise.all(pending).then(function () {
    document.documentElement.setAttribute("data-charts", "ready");
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
