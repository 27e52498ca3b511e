/** Detects edits to evidence after `verify` wrote it. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { sha256 } from "../plan/hash.js";

/** The variable with the secret that the `verify` job and the `next` job share. */
export const evidenceKey = "LOCKSTEP_EVIDENCE_KEY";

/**
 * Computes the integrity of a document. With a key: its HMAC, which only the key's owner can create. Without a key: a checksum, which
 * detects edits but not forgery.
 *
 * @param document the JSON content in its original order, without the integrity
 * @returns `hmac-sha256:<hex>` or `sha256:<hex>`
 */
export function integrityOf(document: object, key: string | undefined): string {
  const text = JSON.stringify(document);
  return key ? `hmac-sha256:${createHmac("sha256", key).update(text).digest("hex")}` : `sha256:${sha256(text)}`;
}

/**
 * @param document the document as read, with its `integrity`
 * @returns undefined if `verify` wrote it exactly so. Otherwise the fault, to print after its name
 */
export function wrongIntegrity(
  { integrity, ...document }: Readonly<Record<string, unknown>>,
  key: string | undefined,
): string | undefined {
  const isSigned = typeof integrity === "string" && integrity.startsWith("hmac-");
  if (key && !isSigned) return `is not signed: ${evidenceKey} is set here, but was not set where verify ran`;
  if (!key && isSigned) return `is signed, but ${evidenceKey} is not set here`;
  if (isSame(String(integrity), integrityOf(document, key))) return undefined;
  return key ? `was edited, or signed with another ${evidenceKey}` : "was edited after verify wrote it";
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
