import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("users")
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ unique: true })
  email!: string;

  @Column()
  name!: string;

  @Column()
  city!: string;

  @CreateDateColumn()
  createdAt!: Date;

  /** @lockstep.backfill(lower(email)) */
  @Column({ unique: true })
  handle!: string;
}
