import { type Request, type Response, Router } from "express";
import type { Author } from "@prisma/client";
import type { AuthorRepository } from "../repositories/author-repository";

export function toAuthorJson(author: Author) {
  return {
    id: author.id,
    name: author.name,
    email: author.email,
    country: author.country,
  };
}

export function authorRoutes(authors: AuthorRepository): Router {
  const router = Router();

  router.get("/", async (_request: Request, response: Response) => {
    response.json(await authors.list());
  });

  router.post("/", async (request: Request, response: Response) => {
    const { name, email, country } = request.body;
    const author = await authors.create({ name, email, country });
    response.status(201).json(toAuthorJson(author));
  });

  return router;
}
