using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class ValidatorTests
{
    [Fact]
    public void All_broken_rules_are_named_at_once()
    {
        var validator = new Validator()
            .Check(true, "fine", "never said")
            .Check(false, "quantity", "must be positive")
            .Check(false, "quantity", "must be a multiple of 2")
            .Check(false, "name", "is required");
        var problem = Assert.Throws<ProblemException>(validator.ThrowIfInvalid);
        Assert.Equal((400, "invalid"), (problem.Status, problem.Code));
        var errors = Assert.IsType<Dictionary<string, string[]>>(problem.Extensions["errors"]);
        Assert.Equal(["name", "quantity"], errors.Keys.Order());
        Assert.Equal(["must be positive", "must be a multiple of 2"], errors["quantity"]);
    }

    [Fact]
    public void Nothing_is_thrown_when_every_rule_holds() => new Validator().Check(true, "name", "is required").ThrowIfInvalid();

    [Theory]
    [InlineData(null, "is required")]
    [InlineData("  ", "is required")]
    [InlineData("12345678901", "must be at most 10 characters")]
    [InlineData("a\0b", "must not contain NUL characters")]
    public void A_text_that_cannot_be_stored_is_refused(string? text, string message)
    {
        var problem = Assert.Throws<ProblemException>(new Validator().Text(text, "name", 10).ThrowIfInvalid);
        Assert.Equal($"name {message}", problem.Message);
    }
}
