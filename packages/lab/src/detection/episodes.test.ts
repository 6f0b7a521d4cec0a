import { expect, it } from "vitest";
import { EPISODE_GAP_S, episodesOf } from "./episodes.ts";

it("alarms up to twenty seconds apart are one episode, however long it lasts and whatever order they come in", () => {
  expect(episodesOf([], EPISODE_GAP_S)).toEqual([]);
  expect(episodesOf([40, 0, 20], EPISODE_GAP_S)).toEqual([0]);
  expect(episodesOf([0, 20, 41], EPISODE_GAP_S)).toEqual([0, 41]);
});
