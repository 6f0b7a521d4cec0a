import type { Random } from "@headway/core";

/** Numbers in [0, 1). The one place in the SDK that draws them; only jitter and spreading depend on them. */
export const random: Random = () => Math.random();
