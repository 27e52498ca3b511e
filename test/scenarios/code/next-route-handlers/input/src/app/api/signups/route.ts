import { type NextRequest, NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
import { createUserBody, type CreateUserBody } from "@/lib/validations/user";

export async function POST(request: NextRequest) {
  const { email, name, bio } = createUserBody.parse(await request.json());
  await prisma.user.create({ data: { email: email.trim(), name, bio } });
  return NextResponse.json({}, { status: 201 });
}

export async function PUT(request: NextRequest) {
  const { email, ...profile } = createUserBody.parse(await request.json());
  await prisma.user.create({ data: { email: email.trim(), ...profile } });
  return NextResponse.json({}, { status: 201 });
}

export const signUpAll = (people: CreateUserBody[]) =>
  prisma.user.createMany({ data: people.map(({ email, name, bio }) => ({ email, name, bio })) });
