import { DataSource } from "typeorm";
import { Recipe } from "./recipe.entity";

export const AppDataSource = new DataSource({ type: "postgres", entities: [Recipe] });
