import { Note } from "./entities/note";

export async function jot(text: string, author: string) {
  const note = Note.create({ text, author });
  await note.save();
  return { id: note.id, text: note.text, author: note.author, pinned: note.pinned };
}

export async function pinned() {
  return Note.find({ where: { pinned: true }, select: { id: true, text: true, author: true, pinned: true } });
}

export async function legacy(text: string) {
  const note = new Note();
  note.text = text;
  note.author = "legacy";
  return note.save();
}
