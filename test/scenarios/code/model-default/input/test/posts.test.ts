import type { Post } from "@prisma/client";
import { toJson } from "../src/posts";

const post: Post = { id: 1, title: "Hello", body: "World", lang: "en" };

export const json = toJson(post);
