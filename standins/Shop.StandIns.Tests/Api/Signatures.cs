using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Shop.StandIns.Tests.Api;

/// <summary>Members as the official lists write them: one line, no nullability of references, no <c>params</c>.</summary>
internal static class Signatures
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(string)] = "string", [typeof(int)] = "int", [typeof(bool)] = "bool", [typeof(object)] = "object", [typeof(void)] = "void",
    };

    public static string Of(MemberInfo member) => Normalize(member switch
    {
        ConstructorInfo constructor => $".ctor({Parameters(constructor)})",
        MethodInfo method => Of(method),
        PropertyInfo property => $"{Static(property.GetMethod ?? property.SetMethod!)}{Name(property.PropertyType)} {property.Name} {{ {Accessors(property)}}}",
        FieldInfo field when field.DeclaringType!.IsEnum => field.Name,
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
        _ => member.ToString()!,
    });

    /// <summary>The name of a type in a signature.</summary>
    public static string Name(Type type)
    {
        if (type.IsByRef)
            return $"{Name(type.GetElementType()!)}&";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Name(value)}?";
        if (s_keywords.TryGetValue(type, out var keyword))
            return keyword;
        var simple = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{simple.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : simple;
    }

    /// <summary>Makes two ways of writing the same thing equal: order of constraints, <c>in</c> and <c>out</c> of type parameters.</summary>
    public static string Normalize(string line)
    {
        var parts = line.Split(" where ");
        var constraints = parts.Skip(1).Select(constraint =>
        {
            var (name, types) = (constraint.Split(" : ")[0], constraint.Split(" : ")[1]);
            return $"{name} : {string.Join(", ", SplitOutsideBrackets(types).Order(StringComparer.Ordinal))}";
        });
        return string.Join(" where ", constraints.Prepend(parts[0]));
    }

    public static IReadOnlyList<string> SplitOutsideBrackets(string list)
    {
        var parts = new List<string>();
        var (depth, start) = (0, 0);
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (list[i] != ',' || depth > 0)
                continue;
            parts.Add(list[start..i].Trim());
            start = i + 1;
        }
        parts.Add(list[start..].Trim());
        return parts;
    }

    private static string Of(MethodInfo method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute));
        var parameters = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        var generic = parameters.Length > 0 ? $"<{string.Join(", ", parameters.Select(parameter => parameter.Name))}>" : "";
        var constraints = string.Concat(parameters
            .Select(parameter => (parameter.Name, Types: parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Name).ToArray()))
            .Where(parameter => parameter.Types.Length > 0)
            .Select(parameter => $" where {parameter.Name} : {string.Join(", ", parameter.Types)}"));
        return $"{(extension ? "" : Static(method))}{Name(method.ReturnType)} {method.Name}{generic}({(extension ? "this " : "")}{Parameters(method)}){constraints}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")}"));

    private static string Default(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return parameter.DefaultValue switch
        {
            null => "default",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            var number when type.IsEnum => Enum.ToObject(type, number).ToString()!.ToLowerInvariant(),
            var number => Convert.ToString(number, CultureInfo.InvariantCulture)!,
        };
    }

    private static string Accessors(PropertyInfo property) =>
        (Visible(property.GetMethod) ? "get; " : "") + (Visible(property.SetMethod) ? "set; " : "");

    private static bool Visible(MethodInfo? accessor) => accessor is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";
}
