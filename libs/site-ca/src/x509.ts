// The certificate library's injector wants the metadata API to be there before it is loaded.
import 'reflect-metadata';

export * from '@peculiar/x509';
