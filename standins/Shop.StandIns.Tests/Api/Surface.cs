using System.Reflection;
using System.Runtime.CompilerServices;

namespace Shop.StandIns.Tests.Api;

/// <summary>What users of an assembly can see.</summary>
internal static class Surface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<Type> Types(Assembly assembly) => assembly.GetExportedTypes();

    /// <summary>Visible members that were written, not generated: no accessors, nothing of what the compiler adds to a record.</summary>
    public static IEnumerable<MemberInfo> Members(Type type) => type.GetMembers(Declared)
        .Where(member => member is not Type && IsVisible(member) && !IsGenerated(member))
        .Where(member => !(type.IsEnum && member is not FieldInfo { IsLiteral: true }));

    public static bool IsRecord(Type type) => type.GetMethod("<Clone>$", Declared) is not null;

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => IsVisible(@event.AddMethod!),
        _ => false,
    };

    private static bool IsGenerated(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } method => !method.Name.StartsWith("op_", StringComparison.Ordinal) || IsRecord(method.DeclaringType!) && method.Name is "op_Equality" or "op_Inequality",
        MethodInfo method => method.IsDefined(typeof(CompilerGeneratedAttribute)),
        ConstructorInfo constructor when IsRecord(constructor.DeclaringType!) => constructor.IsDefined(typeof(CompilerGeneratedAttribute)),
        PropertyInfo { Name: "EqualityContract" } => true,
        _ => false,
    };
}
