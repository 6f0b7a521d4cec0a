import { describe, expect, it } from "vitest";
import { FakeDependency, fakePlant } from "../agents/fixtures/fake-plant.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { conservationOf } from "./conservation.ts";

const WORKFLOWS = { started: 10, ok: 4, late: 3, failed: 2, open: 1 };
const ATTEMPTS = { refused: 5, withdrawn: 4, waiting: 3, ended: 2, inFlight: 1 };

/** Begun are 10 workflows and 15 attempts; 3 arrived. */
function account({ workflows = WORKFLOWS, attempts = ATTEMPTS } = {}) {
  const dependency = new FakeDependency("tool:a", new EventQueue(), () => undefined);
  dependency.counts.requests = 3;
  return () =>
    conservationOf(
      { workflows, attempts },
      { workflows: 10 },
      { attempts: 15 },
      fakePlant(dependency),
    );
}

describe("a run's account", () => {
  it("says where every workflow and attempt is", () => {
    expect(account()()).toEqual({
      workflows: WORKFLOWS,
      attempts: { asked: 15, went: 3, ...ATTEMPTS },
    });
  });

  it.each([
    ["a workflow", { workflows: { ...WORKFLOWS, open: 0 } }],
    ["an attempt at the guards", { attempts: { ...ATTEMPTS, refused: 4 } }],
    ["an attempt that went", { attempts: { ...ATTEMPTS, ended: 1 } }],
    ["none, but has one twice", { workflows: { ...WORKFLOWS, ok: 5 } }],
  ])("is refused where it has lost %s", (_, wrong) => {
    expect(account(wrong)).toThrow("not accounted for");
  });
});
