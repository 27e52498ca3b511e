import { PrismaClient } from "@prisma/client";
import express from "express";
import { AuthorRepository } from "./repositories/author-repository";
import { authorRoutes } from "./routes/authors";

const prisma = new PrismaClient();

export const app = express();
app.use("/authors", authorRoutes(new AuthorRepository(prisma)));
