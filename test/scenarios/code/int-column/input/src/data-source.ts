import { DataSource } from "typeorm";
import { Player } from "./player.entity";

export const AppDataSource = new DataSource({ type: "postgres", entities: [Player] });
