import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { OverridePreview } from "@headway/service/live";
import { ServiceError } from "../feed/service-api.ts";
import type { OverrideDraft } from "../feed/service-api.ts";
import { timeOfDay } from "../format.ts";
import { sayAction } from "../judge/say-action.ts";
import { nameOf } from "../names.ts";
import { api, clockMs, overruling, shown } from "../session.tsx";
import type { Row } from "../world/world.ts";

const CHOICES = [
  { action: "hold", word: "Hold", says: "Nobody calls until it ends." },
  { action: "limit", word: "Limit", says: "At most so many at once." },
  { action: "proceed", word: "Proceed", says: "Everybody calls; Headway stays out." },
] as const;

const MINUTES = [5, 15, 60, 240, 1_440];
const PREVIEW_AFTER_MS = 200;

interface Form {
  readonly action: OverrideDraft["action"];
  readonly concurrency: number;
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
  readonly why: string;
}

export function OverrideDialog() {
  const id = overruling.value;
  const row = id === null ? undefined : shown.value?.rows.get(id);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (id === null) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [id]);
  return (
    <dialog ref={dialog} aria-labelledby="override-title" onClose={() => (overruling.value = null)}>
      {row === undefined ? null : <OverrideForm key={row.id} row={row} />}
    </dialog>
  );
}

function OverrideForm({ row }: { readonly row: Row }) {
  const form = useSignal<Form>(formOf(row));
  const isSure = useSignal(false);
  const isBusy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const set = (change: Partial<Form>): void => {
    form.value = { ...form.value, ...change };
    isSure.value = false;
  };
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    isBusy.value = true;
    problem.value = null;
    try {
      await work();
      overruling.value = null;
    } catch (error) {
      problem.value = sayProblem(error);
    }
    isBusy.value = false;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isSure.value) void act(() => api.override(row.id, draftOf(form.value)));
    else isSure.value = true;
  };
  return (
    <form class="form" onSubmit={submit}>
      <h2 id="override-title">Overrule Headway on {nameOf(row.id)}</h2>
      <ActionChoice form={form.value} set={set} />
      <div class="fields">
        <PriorityChoice form={form.value} set={set} />
      </div>
      <UntilChoice form={form.value} set={set} />
      <label>
        <span class="label">Why</span>
        <textarea
          rows={2}
          required
          maxLength={1_024}
          placeholder="For the log, and for whoever wakes up to it"
          value={form.value.why}
          onInput={(event) => set({ why: event.currentTarget.value })}
        />
      </label>
      <Effect row={row} form={form.value} />
      {problem.value === null ? null : (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <Ends
        isBusy={isBusy.value}
        submit={isSure.value ? "Yes, do it now" : wordsOf(form.value)}
        takeBack={row.override === null ? null : () => void act(() => api.clearOverride(row.id))}
      />
    </form>
  );
}

interface EndsProps {
  readonly isBusy: boolean;
  /** What the button says it will do. */
  readonly submit: string;
  /** Null while there is nothing to take back. */
  readonly takeBack: (() => void) | null;
}

function Ends({ isBusy, submit, takeBack }: EndsProps) {
  return (
    <div class="ends">
      {takeBack === null ? null : (
        <button type="button" class="button" disabled={isBusy} onClick={takeBack}>
          Take the override back
        </button>
      )}
      <span class="grow" />
      <button type="button" class="button" onClick={() => (overruling.value = null)}>
        Cancel
      </button>
      <button type="submit" class="button main" disabled={isBusy}>
        {submit}
      </button>
    </div>
  );
}

interface Part {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
}

function ActionChoice({ form, set }: Part) {
  return (
    <fieldset>
      <legend>What</legend>
      <div class="choices">
        {CHOICES.map(({ action, word, says }) => (
          <label key={action}>
            <span class="word">
              <input
                type="radio"
                name="action"
                value={action}
                checked={form.action === action}
                onChange={() => set({ action })}
              />
              {word}
            </span>
            <small>{says}</small>
          </label>
        ))}
      </div>
      {form.action === "limit" ? (
        <label class="fields">
          <span class="label">At most in flight, over the whole fleet</span>
          <input
            type="number"
            min={0}
            max={100_000}
            required
            value={form.concurrency}
            onInput={(event) => set({ concurrency: event.currentTarget.valueAsNumber })}
          />
        </label>
      ) : null}
    </fieldset>
  );
}

function PriorityChoice({ form, set }: Part) {
  return (
    <label>
      <span class="label">Whom</span>{" "}
      <select
        value={`${form.from}-${form.to}`}
        onChange={(event) => {
          const [from = 1, to = 5] = event.currentTarget.value.split("-").map(Number);
          set({ from, to });
        }}
      >
        <option value="1-5">everybody (priorities 1–5)</option>
        <option value="2-5">all but critical (2–5)</option>
        <option value="3-5">normal and below (3–5)</option>
        <option value="4-5">low and background (4–5)</option>
        <option value="5-5">background only (5)</option>
      </select>
    </label>
  );
}

function UntilChoice({ form, set }: Part) {
  return (
    <fieldset>
      <legend>Until {timeOfDay(clockMs.value + form.minutes * 60_000)}</legend>
      <div class="choices short">
        {MINUTES.map((minutes) => (
          <label key={minutes}>
            <span class="word">
              <input
                type="radio"
                name="minutes"
                value={minutes}
                checked={form.minutes === minutes}
                onChange={() => set({ minutes })}
              />
              {spanOf(minutes)}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What the service says would be affected, asked again as the form changes. */
function Effect({ row: { id }, form }: { readonly row: Row; readonly form: Form }) {
  const preview = useSignal<OverridePreview | null>(null);
  const problem = useSignal<string | null>(null);
  const { action, from, to, concurrency } = form;
  useEffect(() => {
    let isWanted = true;
    const limit = action === "limit" && concurrency >= 0 ? { concurrency } : {};
    const ask = async (): Promise<void> => {
      try {
        const answer = await api.preview(id, { action, from, to, ...limit });
        if (!isWanted) return;
        preview.value = answer;
        problem.value = null;
      } catch (error) {
        if (isWanted) problem.value = sayProblem(error);
      }
    };
    const timer = setTimeout(() => void ask(), PREVIEW_AFTER_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [id, action, from, to, concurrency]);
  return (
    <div class="effect" aria-live="polite">
      {problem.value === null ? null : <p>What it affects is not known: {problem.value}</p>}
      {preview.value?.sentences.map((sentence) => <p key={sentence}>{sentence}</p>) ??
        (problem.value === null ? <p>Asking what it affects…</p> : null)}
    </div>
  );
}

function formOf({ override, now, mode }: Row): Form {
  return {
    action:
      override === null ? (mode === "enforce" ? "proceed" : "hold") : actionOf(override.action),
    concurrency: Math.max(
      1,
      Math.round(override?.shape?.concurrency ?? now.bound ?? Math.max(1, now.inFlight / 2)),
    ),
    from: override?.priority.from ?? 1,
    to: override?.priority.to ?? 5,
    minutes: 15,
    why: override?.why ?? "",
  };
}

function actionOf(word: string): OverrideDraft["action"] {
  return CHOICES.find(({ action }) => action === word)?.action ?? "hold";
}

function draftOf({ action, concurrency, from, to, minutes, why }: Form): OverrideDraft {
  return {
    action,
    priority: { from, to },
    forMs: minutes * 60_000,
    why,
    ...(action === "limit" ? { shape: { concurrency } } : {}),
  };
}

/** The button says what it will do. */
function wordsOf({ action, concurrency, from, to, minutes }: Form): string {
  const what = sayAction({ action, priority: { from, to }, shape: { concurrency } });
  const verb = what.replace(/^(\w+?)s /, "$1 ");
  return `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)} for ${spanOf(minutes)}…`;
}

function sayProblem(error: unknown): string {
  if (error instanceof ServiceError && error.status === 403)
    return `Your token may look but not act. ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

function spanOf(minutes: number): string {
  return minutes < 60 ? `${minutes} min` : `${minutes / 60} h`;
}
