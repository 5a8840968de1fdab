import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
} from 'class-validator';
import type { ApiScope, RoleName, SignInByBadge, SignInByPassword } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

const ROLES: RoleName[] = ['admin', 'supervisor', 'operator', 'integrator'];
const SCOPES: ApiScope[] = [
  'orders:write',
  'orders:read',
  'items:write',
  'items:read',
  'stock:read',
  'receipts:write',
];
const LANGUAGES = ['en', 'ms', 'zh'];
const PIN = /^\d{4,8}$/;
const PIN_SAYS = { message: 'must be 4 to 8 digits' };

export class SignInByPasswordDto implements SignInByPassword {
  @IsString() @Length(3, 254) email: string;
  @IsString() @Length(1, 200) password: string;
  @IsOptional() @IsString() @Length(1, 64) siteCode?: string;
}

export class SignInByBadgeDto implements SignInByBadge {
  @IsString() @Length(1, 64) badge: string;
  @IsString() @Length(1, 32) pin: string;
  @IsOptional() @IsString() @Length(1, 64) siteCode?: string;
  @IsOptional() @IsString() @Length(0, 64) stationCode?: string;
}

export class ChooseStationDto {
  @IsString() @Length(1, 64) stationCode: string;
}

export class SetupDto {
  @IsString() @Length(20, 200) token: string;
  @IsString() @IsLine() @Length(1, 80) name: string;
  @IsEmail() @Length(3, 254) email: string;
  @IsString() @Length(10, 200) password: string;
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9]{2,12}$/, { message: 'must be 2 to 12 letters and digits' })
  siteCode?: string;
  @IsOptional() @IsString() @IsLine() @Length(1, 80) siteName?: string;
  @IsOptional() @IsString() @Length(1, 64) timezone?: string;
}

export class NewPersonDto {
  @IsString() @IsLine() @Length(1, 80) name: string;
  @IsArray() @ArrayNotEmpty() @IsIn(ROLES, { each: true }) roles: RoleName[];
  @IsOptional() @IsEmail() @Length(3, 254) email?: string;
  @IsOptional() @IsString() @Length(10, 200) password?: string;
  @IsOptional() @IsString() @Length(1, 34) badge?: string;
  @IsOptional() @IsString() @Matches(PIN, PIN_SAYS) pin?: string;
  @IsOptional() @IsIn(LANGUAGES) language?: string;
}

export class PersonChangeDto {
  @IsOptional() @IsString() @IsLine() @Length(1, 80) name?: string;
  @IsOptional() @IsArray() @ArrayNotEmpty() @IsIn(ROLES, { each: true }) roles?: RoleName[];
  @IsOptional() @IsEmail() @Length(3, 254) email?: string;
  @IsOptional() @IsString() @Length(10, 200) password?: string;
  @IsOptional() @IsString() @Length(1, 34) badge?: string;
  @IsOptional() @IsString() @Matches(PIN, PIN_SAYS) pin?: string;
  @IsOptional() @IsIn(LANGUAGES) language?: string;
  @IsOptional() @IsBoolean() active?: boolean;
}

export class NewApiKeyDto {
  @IsString() @Length(1, 64) merchantCode: string;
  @IsString() @IsLine() @Length(1, 80) name: string;
  @IsArray() @ArrayNotEmpty() @IsIn(SCOPES, { each: true }) scopes: ApiScope[];
}
