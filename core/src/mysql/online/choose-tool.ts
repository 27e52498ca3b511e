import { LockstepError } from "../../base/errors.js";
import { ghOst } from "./gh-ost.js";
import { ptOsc } from "./pt-osc.js";
import type { CopyTool } from "./tool.js";

const tools: readonly CopyTool[] = [ptOsc, ghOst];

/** @throws LS8002 for an unknown name */
export function chooseTool(name: string | undefined): CopyTool {
  const found = tools.find(({ id }) => id === (name ?? ptOsc.id));
  if (found !== undefined) return found;
  throw new LockstepError("LS8002", `There is no tool "${name}".`, {
    hint: `--tool ${tools.map(({ id }) => id).join(" or ")}`,
  });
}
