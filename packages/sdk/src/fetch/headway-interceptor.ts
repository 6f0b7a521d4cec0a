import type { Dispatcher } from "undici";
import type { Headway } from "../headway.ts";
import { NotNow } from "../not-now.ts";
import type { Classification } from "../outcome/classification.ts";
import { classifyStatus } from "../outcome/classification.ts";
import { parseRetryAfter } from "../outcome/retry-after.ts";
import { nowMs } from "../clock.ts";
import type { GuardOptions } from "./guard-options.ts";
import { httpDependency } from "./http-dependency.ts";
import { refusalHeaders } from "./refusal-response.ts";

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;

/**
 * An interceptor for an undici dispatcher; each attempt goes through the hook by itself. undici runs the first composed
 * interceptor innermost, so it stands before the retries: `agent.compose(headwayInterceptor(headway), interceptors.retry())`.
 *
 * A dispatch that has to wait is answered with "accepted" and made when its turn comes; one that may go now is made in the same
 * call, as without the hook.
 */
export function headwayInterceptor(
  headway: Headway,
  options: GuardOptions = {},
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (request, handler) => {
    const dependency = dependencyOf(request, options);
    if (dependency === undefined) return dispatch(request, handler);
    let isAccepted = true;
    let [hasStarted, isTold] = [false, false];
    const { priority, agent, waitMs } = options;
    const signal = signalOf(request);
    headway
      .run(
        {
          dependency,
          ...(priority === undefined ? {} : { priority }),
          ...(agent === undefined ? {} : { agent }),
          ...(waitMs === undefined ? {} : { waitMs }),
          ...(signal === undefined ? {} : { signal }),
          classify: (settled) => ("value" in settled ? asClassification(settled.value) : undefined),
        },
        () => {
          hasStarted = true;
          return new Promise<Classification>((resolve, reject) => {
            const fail = (error: Error): void => {
              isTold = true;
              reject(error);
            };
            isAccepted = dispatch(request, observe(handler, resolve, fail));
          });
        },
      )
      .catch((error: unknown) => {
        // Once it has started, the handler knows of every error but one: of a dispatch that threw.
        if (!isTold) refuse(error, handler, hasStarted ? {} : options);
      });
    return isAccepted;
  };
}

function dependencyOf(
  { origin }: Dispatcher.DispatchOptions,
  { dependency = httpDependency }: GuardOptions,
): string | undefined {
  if (origin === undefined || !URL.canParse(String(origin))) return undefined;
  return dependency(new URL(origin));
}

/** undici takes event emitters for signals too; those it heeds by itself once the request is out. */
function signalOf(request: Dispatcher.DispatchOptions): AbortSignal | undefined {
  const signal: unknown = Reflect.get(request, "signal");
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Passes everything on untouched, and tells how it ended. */
function observe(
  handler: Handler,
  resolve: (classification: Classification) => void,
  reject: (error: Error) => void,
): Handler {
  let classification: Classification = { outcome: "ok" };
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) => {
      resolve(classification);
      handler.onRequestUpgrade?.(controller, status, headers, socket);
    },
    onResponseStart: (controller, status, headers, statusMessage) => {
      classification = classifyStatus(status, retryAfterOf(headers["retry-after"]));
      handler.onResponseStart?.(controller, status, headers, statusMessage);
    },
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => {
      resolve(classification);
      handler.onResponseEnd?.(controller, trailers);
    },
    onResponseError: (controller, error) => {
      reject(error);
      handler.onResponseError?.(controller, error);
    },
    onResponseStarted: () => handler.onResponseStarted?.(),
    onBodySent: (chunk) => handler.onBodySent?.(chunk),
    onRequestSent: () => handler.onRequestSent?.(),
  };
}

function refuse(error: unknown, handler: Handler, { refusal }: GuardOptions): void {
  const controller = new SpentController();
  if (refusal === "response" && error instanceof NotNow) {
    handler.onRequestStart?.(controller, null);
    handler.onResponseStart?.(controller, 503, refusalHeaders(error), "Service Unavailable");
    handler.onResponseEnd?.(controller, {});
  } else {
    handler.onResponseError?.(controller, error instanceof Error ? error : new Error("refused"));
  }
}

/** Controls a request that was never made: there is nothing to abort or to pause. */
class SpentController implements Controller {
  readonly aborted = false;
  readonly paused = false;
  readonly reason = null;
  readonly rawHeaders = [];
  readonly rawTrailers = [];
  abort(): void {}
  pause(): void {}
  resume(): void {}
}

function asClassification(value: unknown): Classification | undefined {
  return isClassification(value) ? value : undefined;
}

function isClassification(value: unknown): value is Classification {
  return typeof value === "object" && value !== null && "outcome" in value;
}

function retryAfterOf(value: string | string[] | undefined): number | undefined {
  return parseRetryAfter(Array.isArray(value) ? value[0] : value, nowMs());
}
