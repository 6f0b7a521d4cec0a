import { useSignal } from "@preact/signals";
import { logIn } from "../session.tsx";

/** Asks for a token. It is kept for this tab only, and sent to this service only. */
export function Gate({ why }: { readonly why: string }) {
  const secret = useSignal("");
  return (
    <main class="gate">
      <form
        class="panel form"
        onSubmit={(event) => {
          event.preventDefault();
          logIn(secret.value.trim());
        }}
      >
        <h1>Headway</h1>
        <p>
          {why} One with the scope <span class="mono">read</span> may look;{" "}
          <span class="mono">operate</span> may also overrule.
        </p>
        <label>
          <span class="label">Token</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={secret.value}
            onInput={(event) => (secret.value = event.currentTarget.value)}
          />
        </label>
        <p class="soft">It is kept until this tab is closed.</p>
        <div class="ends">
          <button type="submit" class="button main">
            Look
          </button>
        </div>
      </form>
    </main>
  );
}
