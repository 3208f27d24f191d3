/** Pages that show the same picture and regions by simpler means. They listen to the same events as the side panel. */
import { colorOf } from '../../src/protocol/colors';
import { size, type Scene } from './panelScene';

const common = (scene: Scene) => `
  const size = ${JSON.stringify(size)};
  const outlines = ${JSON.stringify(scene.outlines.map((ring) => ring.map(([x, y]) => [Math.round(x), Math.round(y)])))};
  const colors = ${JSON.stringify(scene.annotations.map(colorOf))};
  const canvas = document.querySelector('.canvas');
  const box = canvas.getBoundingClientRect();
  const fit = Math.min(box.width / size.width, box.height / size.height);
  const view = { scale: fit, x: (box.width - size.width * fit) / 2, y: (box.height - size.height * fit) / 2 };
  let last, asked = false;
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  };
  canvas.addEventListener('pointermove', (event) => {
    if (last && event.buttons & 4) {
      view.x += event.clientX - last[0];
      view.y += event.clientY - last[1];
      redraw();
    }
    last = [event.clientX, event.clientY];
  });
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * 0.002);
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    view.x = x - (x - view.x) * factor;
    view.y = y - (y - view.y) * factor;
    view.scale *= factor;
    redraw();
  }, { passive: false });
`;

const style = `<style>
  html, body { margin: 0; height: 100%; overflow: hidden; background: #1f1f1f }
  .canvas { position: absolute; inset: 35px 236px 36px 0; overflow: hidden }
  img, svg { position: absolute; left: 0; top: 0; transform-origin: 0 0 }
</style>`;

/** Each frame draws the picture and all regions into a canvas. */
export const redrawPage = (
  scene: Scene,
) => `<!doctype html>${style}<div class="canvas"><canvas></canvas></div><script>
  ${common(scene)}
  const surface = canvas.firstChild;
  surface.width = box.width;
  surface.height = box.height;
  const context = surface.getContext('2d');
  const paths = outlines.map((ring) => {
    const path = new Path2D();
    ring.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    path.closePath();
    return path;
  });
  const image = new Image();
  const draw = () => {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, surface.width, surface.height);
    context.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
    context.drawImage(image, 0, 0);
    paths.forEach((path, i) => {
      context.globalAlpha = 0.45;
      context.fillStyle = colors[i];
      context.fill(path);
      context.globalAlpha = 1;
      context.strokeStyle = colors[i];
      context.lineWidth = 1.5 / view.scale;
      context.stroke(path);
    });
  };
  image.onload = () => { draw(); document.body.dataset.ready = 'true'; };
  image.src = '/picture.png';
</script>`;

/** An image under an SVG with a path for each region, both moved by CSS, as annotation tools in the browser do it. */
export const svgPage = (
  scene: Scene,
) => `<!doctype html>${style}<div class="canvas"><img><svg xmlns="http://www.w3.org/2000/svg"></svg></div><script>
  ${common(scene)}
  const image = canvas.querySelector('img');
  const svg = canvas.querySelector('svg');
  svg.setAttribute('width', size.width);
  svg.setAttribute('height', size.height);
  svg.innerHTML = outlines.map((ring, i) =>
    '<path vector-effect="non-scaling-stroke" fill-opacity="0.45" fill="' + colors[i] + '" stroke="' + colors[i] +
    '" stroke-width="1.5" d="M' + ring.map((point) => point.join(' ')).join('L') + 'Z"/>').join('');
  const draw = () => {
    image.style.transform = svg.style.transform = 'translate(' + view.x + 'px,' + view.y + 'px) scale(' + view.scale + ')';
  };
  image.onload = () => { draw(); document.body.dataset.ready = 'true'; };
  image.src = '/picture.png';
</script>`;
