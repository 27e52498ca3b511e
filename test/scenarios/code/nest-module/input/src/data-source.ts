import { DataSource } from "typeorm";
import { User } from "./users/user.entity";

export default new DataSource({ type: "postgres", entities: [User], migrations: ["src/migrations/*.ts"] });
