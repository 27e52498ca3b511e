import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, UpdateDateColumn } from "typeorm";
import { User } from "./user.entity";

/** What a user has chosen. Who has not chosen anything has no row. */
@Entity("preferences")
export class Preferences {
  @PrimaryColumn()
  userId!: number;

  @OneToOne(() => User, { onDelete: "CASCADE" })
  @JoinColumn({ name: "userId" })
  user!: User;

  @Column({ default: true })
  newsletter!: boolean;

  @Column({ type: "varchar", length: 5, default: "en" })
  language!: string;

  @UpdateDateColumn({ type: "timestamptz" })
  updatedAt!: Date;
}
