import { type NextRequest, NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";
import { createUserBody } from "@/lib/validations/user";

export async function GET() {
  const users = await prisma.user.findMany({
    select: { id: true, email: true, name: true, bio: true },
    orderBy: { createdAt: "desc" },
  });
  return NextResponse.json(users);
}

export async function POST(request: NextRequest) {
  const body = createUserBody.parse(await request.json());
  const user = await prisma.user.create({
    data: {
      email: body.email,
      name: body.name,
      bio: body.bio,
    },
  });
  return NextResponse.json({ id: user.id }, { status: 201 });
}
