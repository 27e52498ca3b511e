import type { Binding } from "./scope.js";
import { type List, type Rec, spoil, unknown, type Value } from "./values.js";

/** How a statement ends other than at its end. */
export type Completion =
  | { readonly kind: "return"; readonly value: Value }
  | { readonly kind: "break" | "continue" | "throw" }
  | undefined;

/** Code that may run or not, or any number of times: what it sets is not known afterwards. */
interface Region {
  readonly kind: "maybe" | "repeated" | "tried";
  readonly changes: { readonly undo: () => void; readonly blur: () => void }[];
}

/** Code of which nobody knows whether it runs, and what is known after it. */
export abstract class Regions {
  private readonly regions: Region[] = [];
  protected mayReturn = false;
  /** A loop is looked at, to learn what it sets. */
  isSilent = false;

  /** Where it stopped in the middle. */
  protected forget(): void {
    this.regions.length = 0;
    this.isSilent = false;
  }

  /** Reads code that may run or not: each as if it ran, after what was before all of them. */
  protected branches(runs: readonly (() => Completion)[]): Completion {
    const changes: Region["changes"][number][] = [];
    const ends = runs.map((run) => {
      const region: Region = { kind: "maybe", changes: [] };
      this.regions.push(region);
      const ended = run();
      this.regions.pop();
      for (const { undo } of region.changes.toReversed()) undo();
      changes.push(...region.changes);
      return ended;
    });
    for (const { blur } of changes) blur();
    if (ends.some((end) => end?.kind === "return")) this.mayReturn = true;
    const returns = ends.flatMap((end) => (end?.kind === "return" ? [end.value] : []));
    if (ends.some((end) => end === undefined || end.kind === "break" || end.kind === "continue")) return undefined;
    if (returns.length === 0) return { kind: "throw" };
    return { kind: "return", value: unknown };
  }

  /** Reads code that runs any number of times. */
  protected repeatedly(run: () => Completion): void {
    const wasSilent = this.isSilent;
    for (const isSilent of [true, wasSilent]) {
      const region: Region = { kind: "repeated", changes: [] };
      this.regions.push(region);
      this.isSilent = isSilent;
      const ended = run();
      this.regions.pop();
      this.isSilent = wasSilent;
      if (ended?.kind === "return") this.mayReturn = true;
      for (const { undo } of region.changes.toReversed()) undo();
      for (const { blur } of region.changes) blur();
      if (wasSilent) break;
    }
  }

  /** What code would come to, without anything that it does. */
  protected trying<T>(run: () => T): T {
    const wasSilent = this.isSilent;
    const region: Region = { kind: "tried", changes: [] };
    this.regions.push(region);
    this.isSilent = true;
    const value = run();
    this.regions.pop();
    this.isSilent = wasSilent;
    for (const { undo } of region.changes.toReversed()) undo();
    return value;
  }

  private changing(undo: () => void, blur: () => void): void {
    this.regions.at(-1)?.changes.push({ undo, blur });
  }

  protected write(binding: Binding, value: Value): void {
    const { value: before, lazy } = binding;
    this.changing(
      () => Object.assign(binding, { value: before, lazy }),
      () => this.write(binding, unknown),
    );
    binding.value = value;
    binding.lazy = undefined;
  }

  protected writeField(target: Rec, name: string, value: Value): void {
    const had = target.fields.has(name);
    const before = target.fields.get(name);
    this.changing(
      () => (had ? target.fields.set(name, before) : target.fields.delete(name)),
      () => this.writeField(target, name, unknown),
    );
    target.fields.set(name, value);
  }

  /** What is added under a condition is there as if it held; what is added in a loop over the unknown may be anything. */
  protected add(target: List, items: readonly Value[], isFront = false): void {
    if (this.regions.some(({ kind }) => kind === "repeated")) {
      if (isFront) spoil(target);
      target.isOpen = true;
      return;
    }
    const before = [...target.items];
    const undo = () => void target.items.splice(0, target.items.length, ...before);
    this.regions.find(({ kind }) => kind === "tried")?.changes.push({ undo, blur: () => undefined });
    target.items.splice(isFront ? 0 : target.items.length, 0, ...items);
  }
}
