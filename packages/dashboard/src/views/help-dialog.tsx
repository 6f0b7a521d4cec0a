import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "../keyboard.tsx";
import { isHelpOpen } from "../session.tsx";

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (!isOpen) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [isOpen]);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={() => (isHelpOpen.value = false)}>
      <div class="form">
        <h2 id="help-title">Keys</h2>
        <dl class="keys">
          {KEYS.map(([keys, does]) => (
            <div key={keys} class="key-line">
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <div class="ends">
          <button type="button" class="button" onClick={() => (isHelpOpen.value = false)}>
            Close
          </button>
        </div>
      </div>
    </dialog>
  );
}
