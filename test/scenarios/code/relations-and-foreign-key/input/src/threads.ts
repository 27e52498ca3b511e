import { dataSource } from "./data-source";
import { type Comment, Thread } from "./entities";

export async function start(subject: string, text: string, author: string) {
  const threads = dataSource.getRepository(Thread);
  return threads.save(threads.create({ subject, comments: [{ text, author }] }));
}

export const commentView = ({ id, text, author }: Comment) => ({ id, text, author });

export async function show(id: number) {
  const thread = await dataSource.getRepository(Thread).findOneOrFail({ where: { id }, relations: { comments: true } });
  return { id: thread.id, subject: thread.subject, comments: thread.comments.map(commentView) };
}
