export declare function typesOf(document: object): Promise<string>;
