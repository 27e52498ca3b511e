import { unlistedText } from "@lockstep/core/planning";
import type { Interception } from "./interception.js";
import type { Output } from "./output.js";
import { say } from "./say.js";
import { colors } from "./tell.js";

/**
 * TypeORM's own migration beside a list of classes: a change that passes edits nothing, so Lockstep reports what is missing in the list.
 */
export function tellUnlisted(about: Interception): Output {
  return {
    async written(given, text) {
      const file = about.fromRoot(given);
      const { byHand } = await import("../registration/register.js");
      say(unlistedText([byHand({ file, text }, await about.project())], colors()));
    },
  };
}
