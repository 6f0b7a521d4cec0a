import type { ComponentChildren } from "preact";

export interface PanelProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly className?: string;
  readonly children: ComponentChildren;
}

export function Panel({ title, note, className = "", children }: PanelProps) {
  const id = `panel-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return (
    <section class={`panel ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note === undefined ? null : <p>{note}</p>}
      </header>
      {children}
    </section>
  );
}
