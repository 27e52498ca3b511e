import type { SourceFile } from "../ast/source-file.js";
import { asManual, candidateFor } from "../candidates/candidate-for.js";
import { memoized } from "../contract/memoized.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { type GraphqlSelection, selectionsIn } from "../formats/graphql-selections.js";
import type { SdlFields } from "../formats/sdl.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { findWritten } from "../write/find-written.js";
import { insertion, ownerOf, schemaListsIn, takeOut, whatOf } from "./graphql-schema.js";
import { graphqlIn } from "./graphql-texts.js";
import { isKeyOfField, keyAmong, tieByName } from "./named-after.js";

/** Queries and fragments in separate files that select fields of the model. */
export const graphqlSelectionDocument: Transform = transformOf("graphql-selection-document", true);

/** Queries and fragments in templates of code. */
export const graphqlSelectionTemplate: Transform = transformOf("graphql-selection-template");

const listsIn = graphqlIn(selectionsIn) as (file: SourceFile) => readonly GraphqlSelection[];

function transformOf(id: string, isForDocuments?: true): Transform {
  const writtenIn = memoized((context) => {
    const files = isForDocuments ? context.project.documents : context.project.files;
    const fields = files.flatMap((file) =>
      listsIn(file).flatMap((list) =>
        list.fields.flatMap((node) =>
          isKeyOfField(node.name, context) ? [{ node, list, file, what: whatOf(list), owner: ownerOf(list) }] : [],
        ),
      ),
    );
    return findWritten(id, fields, withCurrentEdits(id, context));
  });
  return {
    id,
    ...(isForDocuments && { isForDocuments }),
    intents: ["read"],

    *find(file, context) {
      if (file.generatedBy !== undefined || context.intent.exposure === "internal") return;
      for (const list of listsIn(file)) yield* offered(list, file, context);
    },

    *undo(file, context) {
      for (const { node, list, file: its } of writtenIn(context)) {
        const edit = its === file ? takeOut(node, list, file) : undefined;
        if (edit !== undefined) yield edit;
      }
    },
  };
}

/** A server rejects a query for a field that its schema lacks, so the type must have or get the field too. */
function* offered(list: GraphqlSelection, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const names = list.fields.flatMap(({ name }) => name || []);
  const type = names.length < 2 ? undefined : typeOf(list, context);
  if (type === undefined || tieByName(type, names, context) !== "type") return;
  const parts = schemaTypes(context).get(type) ?? [];
  const isLacking = !parts.some((part) => part.list.fields.some(({ name }) => isKeyOfField(name, context)));
  const lacking = isLacking ? (parts.find((part) => !part.list.isExtension) ?? parts[0]) : undefined;
  const text = keyAmong(names, context);
  const what = whatOf(list);
  const isOpen = lacking === undefined || context.takes(lacking.list, "graphql");
  if (isOpen && context.takes(list, "graphql") && !names.includes(text)) {
    // After the last field of its own; nested selections stay last.
    const last = list.fields.findLastIndex(({ name }) => name !== "");
    const splices = [insertion({ ...list, fields: list.fields.slice(0, last + 1) }, text, file)];
    yield { kind: "edit", splices, what, owner: ownerOf(list), text };
    return;
  }
  const advice = `add \`${text}\` if it is shown there`;
  const listed = { family: "graphql", tie: "type", node: list, what, anchor: list.name, names, text, advice } as const;
  const candidate = candidateFor(listed, file, context);
  if (candidate === undefined) return;
  const isManual = lacking?.list.kind === "interface" || lacking?.file.generatedBy !== undefined;
  const reason = isManual ? `${whatOf(lacking.list)} in ${lacking.file.file} lacks it` : undefined;
  yield asManual(lacking === undefined || isManual ? candidate : { ...candidate, needs: [lacking.list] }, reason);
}

/** The selected type: that of a fragment, or the result of following the fields in the project's schemas. */
function typeOf({ owner, path }: GraphqlSelection, context: TransformContext): string | undefined {
  return path.reduce<string | undefined>((type, step) => {
    const fields = (schemaTypes(context).get(type ?? "") ?? []).flatMap(({ list }) => list.fields);
    return fields.find(({ name }) => name === step)?.type.replaceAll(/[[\]!\s]/g, "");
  }, owner);
}

/** The types and interfaces of all schemas, with their extensions. */
const schemaTypes = memoized((context) => {
  const types = new Map<string, { readonly list: SdlFields; readonly file: SourceFile }[]>();
  for (const file of [...context.project.documents, ...context.project.files]) {
    for (const list of schemaListsIn(file)) {
      if (list.kind !== "type" && list.kind !== "interface") continue;
      types.set(list.name, [...(types.get(list.name) ?? []), { list, file }]);
    }
  }
  return types;
});
