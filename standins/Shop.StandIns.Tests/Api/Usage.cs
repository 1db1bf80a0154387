using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;

namespace Shop.StandIns.Tests.Api;

/// <summary>
/// Which public members the compiled assemblies of Shop use. A member counts as used when
/// <list type="bullet">
/// <item>an assembly of Shop refers to it;</item>
/// <item>it belongs to an interface, an enum or (as the compiler makes it) a record that is used: those come whole;</item>
/// <item>it overrides or implements something from outside the stand-ins, such as <c>IHost.StartAsync</c>;</item>
/// <item>it is the constructor without parameters of a used class, which C# adds by itself;</item>
/// <item>it hides an extension method of <c>IHost</c>, which callers would get instead and which does something else;</item>
/// <item>it is an exception: those come with the members that throw them.</item>
/// </list>
/// A type is used when Shop refers to it, or when it stands in the signature, the bases or the constraints of what is used.
/// </summary>
internal sealed class Usage(IReadOnlyList<string> assemblies)
{
    private readonly HashSet<string> _references = [.. assemblies.SelectMany(References.Of)];

    /// <summary>Types, and members of used types, that nobody uses.</summary>
    public IEnumerable<string> Unused(IReadOnlyCollection<Type> types)
    {
        var used = Reachable([.. types]);
        foreach (var type in types)
        {
            if (!used.Contains(type))
                yield return $"{type.Namespace}.{Signatures.Name(type)}";
            else
                foreach (var member in Surface.Members(type).Where(member => !IsUsed(member)))
                    yield return $"{type.Namespace}.{Signatures.Name(type)}: {Signatures.Of(member)}";
        }
    }

    private HashSet<Type> Reachable(HashSet<Type> types)
    {
        var used = new HashSet<Type>();
        var open = new Queue<Type>(types.Where(type => _references.Contains(References.KeyOf(type)) || type.IsSubclassOf(typeof(Exception))));
        while (open.TryDequeue(out var type))
        {
            if (!types.Contains(type) || !used.Add(type))
                continue;
            IEnumerable<Type> next =
            [
                .. type.GetInterfaces(),
                .. type.BaseType is { } parent ? Parts(parent) : [],
                .. type.DeclaringType is { } outer ? Parts(outer) : [],
                .. Surface.Members(type).Where(IsUsed).SelectMany(Signature).SelectMany(Parts),
            ];
            foreach (var found in next.SelectMany(Parts))
                open.Enqueue(found);
        }
        return used;
    }

    private bool IsUsed(MemberInfo member)
    {
        var type = member.DeclaringType!;
        return member switch
        {
            _ when type.IsInterface || type.IsEnum => true,
            PropertyInfo property =>
                property.GetAccessors(nonPublic: true).Any(accessor => IsReferenced(accessor) || IsDemandedFromOutside(accessor)) || IsPositional(property),
            ConstructorInfo constructor => IsReferenced(constructor) || type.IsSubclassOf(typeof(Exception)) || constructor.GetParameters().Length == 0 || Surface.IsRecord(type),
            MethodInfo method => IsReferenced(method) || IsDemandedFromOutside(method) || HidesExtension(method) || Surface.IsRecord(type) && method.Name == "Deconstruct",
            FieldInfo field => _references.Contains(References.KeyOf(field)),
            _ => false,
        };
    }

    private bool IsReferenced(MethodBase method) => _references.Contains(References.KeyOf(method));

    // A positional record turns its parameters into properties.
    private static bool IsPositional(PropertyInfo property) => Surface.IsRecord(property.DeclaringType!)
        && property.GetMethod!.IsDefined(typeof(CompilerGeneratedAttribute))
        && property.DeclaringType!.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.Name == property.Name));

    private static bool IsDemandedFromOutside(MethodInfo method) =>
        method.GetBaseDefinition() != method
        || method.IsVirtual && method.DeclaringType!.GetInterfaces()
            .Any(contract => method.DeclaringType.GetInterfaceMap(contract).TargetMethods.Contains(method));

    private static bool HidesExtension(MethodInfo method) => typeof(IHost).IsAssignableFrom(method.DeclaringType)
        && typeof(HostingAbstractionsHostExtensions).GetMethod(method.Name) is not null;

    private static IEnumerable<Type> Signature(MemberInfo member) => member switch
    {
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        MethodInfo method =>
        [
            method.ReturnType,
            .. method.GetParameters().Select(parameter => parameter.ParameterType),
            .. method.GetGenericArguments().SelectMany(parameter => parameter.GetGenericParameterConstraints()),
        ],
        _ => [],
    };

    private static IEnumerable<Type> Parts(Type type) => type switch
    {
        { HasElementType: true } => Parts(type.GetElementType()!),
        { IsGenericType: true } => type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()),
        { IsGenericParameter: true } => [],
        _ => [type],
    };
}
