import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { palette } from "./palette.tsx";
import type { Palette } from "./palette.tsx";

export interface Box {
  readonly width: number;
  readonly height: number;
}

export type Draw = (context: CanvasRenderingContext2D, box: Box, colours: Palette) => void;

/** A canvas that fills its place. What it shows is said in `label`, for who can't see it; empty: said beside it. */
export function CanvasBox({ draw, label }: { readonly draw: Draw; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useSignal<Box>({ width: 0, height: 0 });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      box.value = { width, height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  paintAfterRender(canvas, box.value, draw);
  return (
    <div class="canvas-box">
      <canvas ref={canvas} {...labelled(label)} />
    </div>
  );
}

/** One whose size is known: it costs no measuring, which counts where there are many. */
export function FixedCanvas({
  draw,
  label,
  width,
  height,
}: Box & { readonly draw: Draw; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  paintAfterRender(canvas, { width, height }, draw);
  return (
    <canvas
      ref={canvas}
      {...labelled(label)}
      style={{ width: `${width}px`, height: `${height}px` }}
    />
  );
}

function paintAfterRender(
  canvas: { readonly current: HTMLCanvasElement | null },
  box: Box,
  draw: Draw,
): void {
  const colours = palette.value;
  const { width, height } = box;
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0 || height === 0) return;
    const scale = devicePixelRatio;
    const [pixelsX, pixelsY] = [Math.round(width * scale), Math.round(height * scale)];
    if (element.width !== pixelsX) element.width = pixelsX;
    if (element.height !== pixelsY) element.height = pixelsY;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context, { width, height }, colours);
  }, [draw, width, height, colours]);
}

function labelled(label: string) {
  return label === ""
    ? { "aria-hidden": true as const }
    : { role: "img" as const, "aria-label": label };
}
