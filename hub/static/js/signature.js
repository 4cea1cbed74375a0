// A signature drawn with finger, pen or mouse; without this script the PIN field beside it is the way.

const WIDTH = 1000;
const HEIGHT = 300;
const MOST = 18000; // characters; the server takes a little more

for (const box of document.querySelectorAll("[data-signature]")) {
  const paper = box.querySelector("svg");
  const kept = box.querySelector("input");
  const strokes = [];
  let line = null;
  box.hidden = false;
  kept.value = "";

  const keep = () => {
    const text = JSON.stringify(strokes);
    if (text.length <= MOST) kept.value = text;
  };

  const point = (event) => {
    const area = paper.getBoundingClientRect();
    const x = Math.round(((event.clientX - area.left) / area.width) * WIDTH);
    const y = Math.round(((event.clientY - area.top) / area.height) * HEIGHT);
    return [Math.min(Math.max(x, 0), WIDTH), Math.min(Math.max(y, 0), HEIGHT)];
  };

  paper.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    paper.append(line);
    strokes.push([point(event)]);
  });

  paper.addEventListener("pointermove", (event) => {
    if (!line) return;
    strokes.at(-1).push(point(event));
    line.setAttribute("points", strokes.at(-1).map((pair) => pair.join(",")).join(" "));
  });

  for (const end of ["pointerup", "pointercancel"]) {
    paper.addEventListener(end, () => {
      line = null;
      keep();
    });
  }

  box.querySelector("button").addEventListener("click", () => {
    strokes.length = 0;
    paper.replaceChildren();
    kept.value = "";
  });
}
