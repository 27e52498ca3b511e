/** The growth of a small app, commit by commit: what a team adds columns to, and where people extend the code with them. */
import { type Random, randomFrom } from "./code-models.js";
import { type Audience, type Column, columnsOf } from "./ranking-columns.js";
import { anchorOf, fileOf, fixedFiles } from "./ranking-layout.js";
import { type Feature, type Form, type Kind, kindOfForm, type Role, type Team } from "./ranking-teams.js";
import { entityText, type Field, headOf, placeText, schemaText } from "./ranking-texts.js";

/** Paths and texts of all files. */
export type Tree = ReadonlyMap<string, string>;

/** A place that lists fields of a model, as it stood before a commit. */
export interface LookAlike {
  /** `file#declaration` */
  readonly id: string;
  readonly kind: Kind;
  /** The columns that it names. */
  readonly names: readonly string[];
  /** The commit gave it the new column. */
  readonly isExtended: boolean;
}

export interface ColumnAdded {
  readonly model: string;
  readonly column: Column;
  /** The columns before, the oldest first. */
  readonly columns: readonly Column[];
  /** All places of the model that name at least two of its columns. */
  readonly places: readonly LookAlike[];
  /** What all places of the app are, by their id. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The commit's files before anybody edited code: nothing but the model has the column, as the first phase declares it. */
  readonly declared: Tree;
}

export interface GrowthCommit {
  readonly message: string;
  readonly files: Tree;
  readonly added: ColumnAdded | undefined;
}

interface Place {
  readonly id: string;
  readonly file: string;
  readonly anchor: string;
  readonly form: Form;
  readonly model: string;
  readonly feature: Feature;
  readonly topics: ReadonlySet<string>;
  readonly care: number;
  readonly names: Set<string>;
}

/** A model so far: its columns as they are declared, and in the order of their age. */
interface Model {
  readonly name: string;
  readonly fields: Field[];
  readonly columns: Column[];
  readonly coming: Column[];
}

const audiences: readonly Audience[] = ["everyone", "staff", "nobody"];
/** Somebody writes a column where nobody would look for it: one place in three hundred. */
const strays = 0.003;
/** Whoever extends a feature may forget one of its places. */
const thorough = 0.95;
/** The columns of a model when the app begins. */
const atStart = 6;
/** From then on every column is required: others need no phases. */
const young = 10;

/** How much of what it would extend a commit gets to: some are made in haste. */
const haste: readonly number[] = [1, 1, 1, 0.92, 0.7];

/**
 * Replays how an app grows: first the app, then a column or a feature a commit. The same for the same seed.
 *
 * @param columns how many are added
 */
export function growthOf(team: Team, seed: number, columns: number): readonly GrowthCommit[] {
  return new Growth(team, randomFrom(seed), columns).commits();
}

class Growth {
  private readonly models: readonly Model[];
  private readonly places: Place[] = [];
  private waiting: readonly (readonly [model: Model, feature: Feature])[];

  constructor(
    private readonly team: Team,
    private readonly random: Random,
    private readonly columns: number,
  ) {
    this.models = team.models.map((name, at) => {
      const [...coming] = columnsOf(at === 0 ? "person" : "thing", random);
      const columns = coming.splice(0, atStart);
      const id = { name: "id", type: "string", isRequired: true, relation: undefined } as const;
      const createdAt = { ...id, name: "createdAt", type: "datetime" } as const;
      return { name, fields: [id, ...columns.map((column) => fieldOf(column, true)), createdAt], columns, coming };
    });
    const [person, thing] = this.models as [Model, Model];
    const pairs = team.features.flatMap((feature) => [
      [person, feature] as const,
      ...(team.shared.includes(feature.name) ? [[thing, feature] as const] : []),
    ]);
    const isEarly = ([, { role }]: (typeof pairs)[number]) => role === "all" || random() < 0.6;
    const early = new Set(pairs.filter(isEarly));
    for (const pair of early) this.addFeature(...pair);
    this.waiting = pairs.filter((pair) => !early.has(pair));
  }

  commits(): readonly GrowthCommit[] {
    const commits: GrowthCommit[] = [{ message: "Start", files: this.tree(), added: undefined }];
    for (let at = 0; at < this.columns; at++) {
      const [next, ...rest] = this.waiting;
      if (next !== undefined && this.random() < 0.7) {
        this.addFeature(...next);
        this.waiting = rest;
        commits.push({ message: `Add ${next[1].name} of ${next[0].name}`, files: this.tree(), added: undefined });
      }
      const model = this.models[this.random() < 0.65 ? 0 : 1] as Model;
      const added = this.addColumn(model, at >= young || this.random() < 0.3);
      commits.push({ message: `Add ${added.column.name} to ${model.name}`, files: this.tree(), added });
    }
    return commits;
  }

  private addFeature(model: Model, feature: Feature): void {
    const topics = new Set([this.anyTopic(model), this.anyTopic(model)]);
    const wanted = feature.role === "some" ? this.some(model) : undefined;
    const care = feature.care * (0.9 + this.random() * 0.2);
    for (const [at, form] of feature.forms.entries()) {
      const number = feature.forms.slice(0, at).filter((each) => each === form).length;
      // What is about something else does not say the model's name.
      const subject = feature.care === 0 ? "" : model.name;
      const anchor = anchorOf(form, feature, subject, `${feature.name}${number > 0 ? number + 1 : ""}`);
      const file = fileOf(form, feature.name, model.name);
      const place: Place = {
        id: `${file}#${anchor}`,
        file,
        anchor,
        form,
        model: model.name,
        feature,
        topics,
        care,
        names: new Set(),
      };
      for (const column of model.columns)
        if (this.startsWith(column, place, wanted) || this.mustHave(place, isRequired(model, column.name)))
          place.names.add(column.name);
      // What nobody would write with less than two fields is there with two.
      for (const { name } of model.columns) if (place.names.size < 2) place.names.add(name);
      this.places.push(place);
    }
  }

  private addColumn(model: Model, isRequiredColumn: boolean): ColumnAdded {
    const column = model.coming.shift();
    if (column === undefined) throw new Error(`${model.name} has all of its columns`);
    const before = [...model.columns];
    const field = this.declare(model, column);
    const declared = this.tree();
    model.fields.splice(model.fields.indexOf(field), 1, { ...field, isRequired: isRequiredColumn });
    const own = this.places.filter((place) => place.model === model.name);
    const extended = this.extended(column, own, isRequiredColumn);
    const places = own.map((place): LookAlike => {
      const names = [...place.names];
      if (extended.has(place)) place.names.add(column.name);
      return { id: place.id, kind: kindOfForm[place.form], names, isExtended: extended.has(place) };
    });
    const kinds = new Map(this.places.map(({ id, form }) => [id, kindOfForm[form]]));
    return { model: model.name, column, columns: before, places, kinds, declared };
  }

  private declare(model: Model, column: Column): Field {
    const field = fieldOf(column, false);
    const sibling = model.columns.findLast(({ topic }) => topic === column.topic);
    const last = model.fields.findIndex(({ name }) => name === "createdAt");
    const beside = model.fields.findIndex(({ name }) => name === sibling?.name) + 1;
    model.fields.splice(this.team.sortsColumns && beside > 0 ? beside : last, 0, field);
    model.columns.push(column);
    return field;
  }

  /** Where the team writes the new column: feature by feature, and in a feature nearly everywhere or nowhere. */
  private extended(column: Column, places: readonly Place[], isRequiredColumn: boolean): ReadonlySet<Place> {
    const pace = haste[Math.floor(this.random() * haste.length)] ?? 1;
    const features = new Map<string, boolean>();
    for (const { feature, care } of places)
      if (!features.has(feature.name)) features.set(feature.name, this.random() < care * pace);
    const pairs = new Map<string, boolean>();
    const isExtended = (place: Place): boolean => {
      const { feature, form } = place;
      const isWanted = features.get(feature.name) === true && belongs(column, place);
      const drawn = this.random() < (isWanted ? this.thoroughness(form) : feature.care === 0 ? 0 : strays);
      // A mapper and the type that it returns do not compile one without the other.
      const pair = isTyped(place) ? feature.name : place.id;
      pairs.set(pair, pairs.get(pair) ?? drawn);
      return this.mustHave(place, isRequiredColumn) || pairs.get(pair) === true;
    };
    return new Set(places.filter(isExtended));
  }

  private thoroughness(form: Form): number {
    return kindOfForm[form] === "test" ? this.team.careOfTests : thorough;
  }

  /** Without it the code would not compile, or not run. */
  private mustHave({ form }: Place, isRequiredColumn: boolean): boolean {
    return form === "fixture" || (isRequiredColumn && (form === "create" || form === "createInTest"));
  }

  private startsWith(column: Column, place: Place, wanted: ReadonlySet<string> | undefined): boolean {
    if (wanted !== undefined) return wanted.has(column.name);
    if (!belongs(column, place))
      return place.feature.role === "topic" && column.topic === "identity" && this.random() < 0.5;
    const share: Readonly<Record<Role, number>> = { all: 0.97, copy: 0.65, topic: 0.95, some: 0 };
    return this.random() < share[place.feature.role];
  }

  /** What a passing feature needs: mostly what there was at the beginning, which says what a row is. */
  private some({ columns }: Model): ReadonlySet<string> {
    const shown = columns.filter(({ seenBy, isKey }) => seenBy !== "nobody" && !isKey);
    const first = shown.filter((column) => columns.indexOf(column) < atStart);
    const count = 2 + Math.floor(this.random() * 4);
    const drawn = Array.from({ length: count }, () => {
      const among = this.random() < 0.7 ? first : shown;
      return among[Math.floor(this.random() * among.length)]?.name ?? "";
    });
    return new Set(drawn);
  }

  private anyTopic({ columns, coming }: Model): string {
    const all = [...columns, ...coming];
    return all[Math.floor(this.random() * all.length)]?.topic ?? "";
  }

  private tree(): Tree {
    const { orm } = this.team;
    const names = this.models.map(({ name }) => name);
    const bodies = new Map<string, string[]>();
    for (const place of this.places) {
      const fields = this.fieldsOf(place);
      const text = placeText(place.form, {
        anchor: place.anchor,
        model: place.model,
        orm,
        fields,
        shown: shownBy(place),
      });
      bodies.set(place.file, [...(bodies.get(place.file) ?? []), text]);
    }
    const files = [...bodies].map(([file, texts]): [string, string] => {
      const body = texts.join("\n");
      return [file, file.endsWith(".graphql") ? body : headOf(body, names, orm) + body];
    });
    const models: [string, string][] =
      orm === "prisma"
        ? [["prisma/schema.prisma", schemaText(this.models)]]
        : this.models.map(({ name, fields }) => [
            `src/entities/${name.toLowerCase()}.entity.ts`,
            entityText(name, fields),
          ]);
    return new Map([...fixedFiles(orm), ...models, ...files]);
  }

  /** In the order in which the place got them. */
  private fieldsOf({ model, names, form, feature }: Place): readonly Field[] {
    const fields = this.models.find(({ name }) => name === model)?.fields ?? [];
    const named = [...names].flatMap((name) => fields.filter((field) => field.name === name));
    const isRead = !feature.takes && !["create", "update", "createInTest", "bodyInTest", "names"].includes(form);
    const plain = (wanted: string) => fields.filter(({ name }) => name === wanted);
    if (form === "fixture") return [...plain("id"), ...named, ...plain("createdAt")];
    return isRead ? [...plain("id"), ...named] : named;
  }
}

/** Whether the new column is one that the place is for. */
function belongs(column: Column, { feature, form, topics }: Place): boolean {
  if (audiences.indexOf(column.seenBy) > audiences.indexOf(feature.seenBy)) return false;
  if (column.isKey && feature.seenBy === "everyone") return false;
  if ((feature.takes || form === "update" || form === "create") && !column.isSet) return false;
  return feature.role !== "topic" || topics.has(column.topic);
}

/** Of a feature with a mapper that says what it returns: that type. */
function shownBy({ feature, model }: Place): string {
  return anchorOf(feature.forms.includes("dto") ? "dto" : "interface", feature, model, feature.name);
}

function isTyped({ feature: { forms }, form }: Place): boolean {
  if (!forms.includes("mapperTyped")) return false;
  return form === "mapperTyped" || form === (forms.includes("dto") ? "dto" : "interface");
}

function fieldOf({ name, type, isKey }: Column, isRequiredColumn: boolean): Field {
  return { name, type, isRequired: isRequiredColumn, relation: isKey ? name.replace(/Id$/, "") : undefined };
}

function isRequired({ fields }: Model, column: string): boolean {
  return fields.some(({ name, isRequired: needed }) => name === column && needed);
}
