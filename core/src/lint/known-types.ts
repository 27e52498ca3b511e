import type { KnownDomain } from "../dialect/judging.js";
import { type Operation, type OperationOf, type TableName, type TypeKind, userTypeText } from "../model/index.js";
import { keyOf } from "./known-tables.js";

type Domain = Pick<OperationOf<"createDomain">, "base" | "default"> & {
  readonly name: TableName;
  /** Undefined: a constraint was dropped, and others may exist. */
  readonly isChecked: boolean | undefined;
  readonly isRequired: boolean;
};

/** Enums, domains and functions that migrations have created so far. Ignores the schema `public` in names. */
export class KnownTypes {
  readonly #kinds = new Map<string, TypeKind>();
  readonly #domains = new Map<string, Domain>();
  readonly #steady = new Set<string>();

  kind(name: TableName): TypeKind | undefined {
    return this.#domains.has(keyOf(name)) ? kindOf(this.domain(userTypeText(name))) : this.#kinds.get(keyOf(name));
  }

  /** Whether these migrations created it. */
  isKnown(name: TableName): boolean {
    return this.#kinds.has(keyOf(name)) || this.#domains.has(keyOf(name));
  }

  /** A domain, including the properties of its base domains. @param type as `userTypeText` spells it */
  domain(type: string): KnownDomain | undefined {
    const own = [...this.#domains.values()].find(({ name }) => spelt(name) === type.replace(/^public\./, ""));
    if (own === undefined) return undefined;
    const { base, isChecked, isRequired } = own;
    const under = this.domain(base);
    const checked = isChecked === true || under?.isChecked === true ? true : isChecked && under?.isChecked;
    return {
      base: under?.base ?? base,
      isChecked: under === undefined ? isChecked : (checked ?? (isChecked === false ? under.isChecked : undefined)),
      isRequired: isRequired || under?.isRequired === true,
      default: own.default ?? under?.default,
    };
  }

  /** A domain and the domains based on it. */
  domainsOver(name: TableName): readonly TableName[] {
    const found = [name];
    for (const over of found)
      for (const { name: each, base } of this.#domains.values())
        if (base.replace(/^public\./, "") === spelt(over)) found.push(each);
    return found;
  }

  /** Whether a function is known to be STABLE or IMMUTABLE. @param name as it is called */
  isSteady(name: string): boolean {
    return this.#steady.has(name.replace(/^public\./, ""));
  }

  follow(operation: Operation): void {
    switch (operation.kind) {
      case "createType":
        this.#kinds.set(keyOf(operation.name), "plain");
        break;
      case "createDomain": {
        const { name, base, isChecked, isRequired = false } = operation;
        const given = operation.default;
        this.#domains.set(keyOf(name), { name, base, isChecked, isRequired, ...(given && { default: given }) });
        break;
      }
      case "alterDomain":
        this.#alter(operation);
        break;
      case "dropType":
        this.#forget(keyOf(operation.name));
        break;
      case "renameType": {
        const [key, name] = [keyOf(operation.name), { ...operation.name, name: operation.newName }];
        const [kind, domain] = [this.#kinds.get(key), this.#domains.get(key)];
        this.#forget(key);
        if (kind !== undefined) this.#kinds.set(keyOf(name), kind);
        if (domain !== undefined) this.#domains.set(keyOf(name), { ...domain, name });
        break;
      }
      case "createFunction":
        if (operation.isSteady === true) this.#steady.add(spelt(operation.name));
        else this.#steady.delete(spelt(operation.name));
    }
  }

  /** Types that a text names may have changed. */
  forget(text: string): void {
    for (const key of [...this.#kinds.keys(), ...this.#domains.keys()])
      if (text.includes(key.split("\0")[1] ?? "")) this.#forget(key);
  }

  #forget(key: string): void {
    this.#kinds.delete(key);
    this.#domains.delete(key);
  }

  #alter({ name, does }: OperationOf<"alterDomain">): void {
    const key = keyOf(name);
    const known = this.#domains.get(key);
    if (known === undefined) {
      if (does === "addCheck" || does === "setNotNull") this.#kinds.set(key, "checked");
      // The statement does not show which constraints are left.
      if (does === "dropConstraint") this.#kinds.delete(key);
      return;
    }
    if (does === "addCheck") this.#domains.set(key, { ...known, isChecked: true });
    if (does === "setNotNull") this.#domains.set(key, { ...known, isChecked: true, isRequired: true });
    if (does === "dropConstraint" || does === "dropNotNull")
      this.#domains.set(key, {
        ...known,
        isChecked: known.isChecked === false ? false : undefined,
        isRequired: does === "dropNotNull" ? false : known.isRequired,
      });
    // The statement does not show the new default.
    if (does === "default") this.#domains.set(key, { ...known, default: "computed" });
  }
}

function kindOf(domain: KnownDomain | undefined): TypeKind | undefined {
  return domain?.isChecked === undefined ? undefined : domain.isChecked ? "checked" : "plain";
}

function spelt(name: TableName): string {
  return userTypeText(name).replace(/^public\./, "");
}
