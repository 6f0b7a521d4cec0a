import type { Cancel } from "../clock.ts";
import type { Admission, Visit } from "../gate/admission.ts";
import type { WaitingRoom } from "../gate/waiting-room.ts";

/** Goes through a waiting room, as a promise. Rejects only with the signal's reason, and has left the room then. */
export function awaitAdmission(
  room: WaitingRoom,
  visit: Visit,
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<Admission> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) return room.admit(visit, nowMs, resolve);
    signal.throwIfAborted();
    let stopListening: Cancel = () => {};
    const settle = (admission: Admission): void => {
      stopListening();
      resolve(admission);
    };
    room.admit(visit, nowMs, settle, (withdraw) => {
      const onAbort = (): void => {
        reject(signal.reason);
        withdraw();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      stopListening = () => signal.removeEventListener("abort", onAbort);
    });
  });
}
