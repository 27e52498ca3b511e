import type { TransformContext } from "../contract/transform.js";
import type { LiteralTarget } from "../types/target-type.js";
import { type ResolvedType, resolveType } from "./shape-types.js";

/** Whether a target is returned, stored in a constant or sent as a response: not just an argument of a call. */
export function isResult(target: LiteralTarget): boolean {
  if (target.kind === "typed" || target.kind === "free") return true;
  if (target.kind !== "argument") return false;
  // `res.json({ … })`, `reply.send({ … })`, `c.json({ … })`, `Response.json({ … })`
  const [owner] = target.path.slice(-2);
  const isSent = /^(?:json|jsonp|send)$/.test(target.path.at(-1) ?? "");
  return isSent && /^(?:res|response|reply|ctx|c|context|Response|NextResponse|…)$/.test(owner ?? "");
}

/** The declared type of a result; open if there is none, or it accepts anything. */
export function typeOfResult(target: LiteralTarget, context: TransformContext): ResolvedType {
  if (!isResult(target)) return { kind: "unknown" };
  if (target.kind !== "typed") return { kind: "open" };
  const [nesting, ...deeper] = target.inside;
  if (nesting === "property" || deeper.length > 0) return { kind: "unknown" };
  return resolveType(target.type, target.file, context, nesting === "element");
}
