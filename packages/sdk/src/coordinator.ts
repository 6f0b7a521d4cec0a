/** Where decisions come from and signals go to: a service, or the engine in this process. */
export interface Coordinator {
  start(): void;
  /** Cheap; called where an attempt failed or a call began to wait. */
  flushIfUrgent(nowMs: number): void;
  /** Hands over the signals of the window so far; bounded, never rejects. */
  flush(timeoutMs?: number): Promise<void>;
  close(timeoutMs?: number): Promise<void>;
}
