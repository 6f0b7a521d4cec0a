/** A state has a shape of its own, so that colour is never the only thing that tells it. */
export function Glyph({ state, size = 14 }: { readonly state: string; readonly size?: number }) {
  return (
    <svg class={`glyph ${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {shapeOf(state)}
    </svg>
  );
}

function shapeOf(state: string) {
  switch (state) {
    case "healthy":
      return <circle cx="8" cy="8" r="4" fill="currentColor" />;
    case "degraded":
      return (
        <>
          <path d="M8 1.5 15 14.5H1Z" fill="currentColor" />
          <path d="M8 6v4.2M8 11.6v1.4" stroke="var(--c-panel)" stroke-width="1.6" />
        </>
      );
    case "failing":
      return (
        <>
          <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5Z" fill="currentColor" />
          <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="var(--c-panel)" stroke-width="1.8" />
        </>
      );
    case "recovering":
      return (
        <>
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.8" />
          <path d="M8 11.5v-7m-3 3 3-3 3 3" fill="none" stroke="currentColor" stroke-width="1.6" />
        </>
      );
    default:
      return (
        <circle
          cx="8"
          cy="8"
          r="4.5"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-dasharray="2.2 2"
        />
      );
  }
}

/** Vehicles at even distance: headway. */
export function Mark() {
  return (
    <svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
      <path d="M0 11.5h26" stroke="currentColor" stroke-width="1.4" />
      <rect x="0.5" y="4" width="5" height="5" rx="1.4" fill="var(--c-hand)" />
      <rect x="10.5" y="4" width="5" height="5" rx="1.4" fill="var(--c-hand)" />
      <rect x="20.5" y="4" width="5" height="5" rx="1.4" fill="var(--c-hand)" />
    </svg>
  );
}
