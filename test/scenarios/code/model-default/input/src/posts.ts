import type { Post } from "@prisma/client";
import { prisma } from "./db";

export const write = (title: string, body: string) => prisma.post.create({ data: { title, body } });

export const toJson = (post: Post) => ({ id: post.id, title: post.title, body: post.body, lang: post.lang });
