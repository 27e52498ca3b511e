import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Thread {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  subject!: string;

  @OneToMany(() => Comment, (comment) => comment.thread, { cascade: true })
  comments!: Comment[];
}

@Entity()
export class Comment {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  text!: string;

  @Column()
  author!: string;

  @ManyToOne(() => Thread, (thread) => thread.comments)
  thread!: Thread;

  @Column()
  tone!: string;
}
