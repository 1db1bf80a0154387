using Shop.Catalog.Search;

namespace Shop.Tests.Unit.Catalog;

public sealed class TypoTests
{
    [Theory]
    [InlineData("lamp", "lmp", true)]
    [InlineData("lamp", "lampp", true)]
    [InlineData("lamp", "lanp", true)]
    [InlineData("lamp", "lapm", true)]
    [InlineData("lamp", "almp", true)]
    [InlineData("lamp", "xlamp", true)]
    [InlineData("lamp", "lamp", false)]
    [InlineData("lamp", "plam", false)]
    [InlineData("lamp", "mlap", false)]
    [InlineData("lamp", "la", false)]
    [InlineData("lamp", "lxxp", false)]
    [InlineData("tea", "sea", false)]
    [InlineData("café", "cafè", true)]
    [InlineData("naïveté𐐀", "naïveté", true)]
    public void One_letter_makes_it(string first, string second, bool isTypo)
    {
        Assert.Equal(isTypo, Typo.IsBetween(first, second));
        Assert.Equal(isTypo, Typo.IsBetween(second, first));
    }

    /// <summary>Every edit of every short word: what is one typo apart is found by a form in common.</summary>
    [Fact]
    public void Two_words_one_typo_apart_have_a_form_in_common()
    {
        var words = (from a in "abc" from b in "abc" from c in "abc" from d in "abc" select $"{a}{b}{c}{d}").ToList();
        words.AddRange(words.Select(word => word + "a").Concat(words.Select(word => word[1..])).Distinct().ToList());
        var forms = words.Distinct().ToDictionary(word => word, Typo.Forms);
        var pairs = from first in forms from second in forms where Typo.IsBetween(first.Key, second.Key) select (first, second);
        Assert.NotEmpty(pairs);
        Assert.All(pairs, pair => Assert.NotEmpty(pair.first.Value.Intersect(pair.second.Value)));
    }
}
