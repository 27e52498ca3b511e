import { DataSource } from "typeorm";
import { Photo } from "./photo.entity";

export const dataSource = new DataSource({ type: "postgres", entities: [Photo] });
