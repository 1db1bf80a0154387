using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Shop.StandIns.Tests.Api;

/// <summary>
/// The types and members that a compiled assembly refers to, as keys: <c>N.Type`1</c>, <c>N.Type::Method(N.Parameter)</c>.
/// Keys of reflection objects are made the same way, so that both sides can be compared.
/// </summary>
internal static class References
{
    public static IEnumerable<string> Of(string assemblyFile)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        var metadata = file.GetMetadataReader();
        var names = new Names();
        var types = metadata.TypeReferences.Select(handle => names.GetTypeFromReference(metadata, handle, 0));
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference).Select(member => KeyOf(metadata, member, names));
        return [.. types, .. members.OfType<string>()];
    }

    public static string KeyOf(Type type) => type switch
    {
        { IsByRef: true } => $"{KeyOf(type.GetElementType()!)}&",
        { IsArray: true } => $"{KeyOf(type.GetElementType()!)}[]",
        { IsGenericMethodParameter: true } => $"!!{type.GenericParameterPosition}",
        { IsGenericParameter: true } => $"!{type.GenericParameterPosition}",
        { IsConstructedGenericType: true } =>
            $"{KeyOf(type.GetGenericTypeDefinition())}<{string.Join(",", type.GetGenericArguments().Select(KeyOf))}>",
        _ => type.FullName!,
    };

    public static string KeyOf(MethodBase method) =>
        $"{KeyOf(Open(method.DeclaringType!))}::{method.Name}({string.Join(",", method.GetParameters().Select(parameter => KeyOf(parameter.ParameterType)))})";

    public static string KeyOf(FieldInfo field) => $"{KeyOf(Open(field.DeclaringType!))}::{field.Name}";

    private static Type Open(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static string? KeyOf(MetadataReader metadata, MemberReference member, Names names)
    {
        var parent = member.Parent.Kind switch
        {
            HandleKind.TypeReference => names.GetTypeFromReference(metadata, (TypeReferenceHandle)member.Parent, 0),
            HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)member.Parent).DecodeSignature(names, null).Split('<')[0],
            _ => null,
        };
        var name = metadata.GetString(member.Name);
        return parent is null ? null
            : member.GetKind() == MemberReferenceKind.Field ? $"{parent}::{name}"
            : $"{parent}::{name}({string.Join(",", member.DecodeMethodSignature(names, null).ParameterTypes)})";
    }

    /// <summary>Writes the types of a signature as <see cref="KeyOf(Type)"/> does.</summary>
    private sealed class Names : ISignatureTypeProvider<string, object?>
    {
        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            var name = reader.GetString(type.Name);
            return type.ResolutionScope.Kind == HandleKind.TypeReference
                ? $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}+{name}"
                : Qualified(reader, type.Namespace, name);
        }

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeDefinition(handle);
            var name = reader.GetString(type.Name);
            return type.IsNested
                ? $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), 0)}+{name}"
                : Qualified(reader, type.Namespace, name);
        }

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
            $"{genericType}<{string.Join(",", typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

        public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

        public string GetByReferenceType(string elementType) => $"{elementType}&";

        public string GetSZArrayType(string elementType) => $"{elementType}[]";

        public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

        public string GetPointerType(string elementType) => $"{elementType}*";

        public string GetPinnedType(string elementType) => elementType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "function";

        // "init" and "in" stand in a signature as modifiers.
        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        private static string Qualified(MetadataReader reader, StringHandle space, string name) =>
            space.IsNil ? name : $"{reader.GetString(space)}.{name}";
    }
}
